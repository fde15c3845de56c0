"""Tables of anti-abuse signals."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class Signal(SQLModel, table=True):
    """What a browser showed at one sign-up or sign-in."""

    __tablename__ = "signal"

    id: str = Field(primary_key=True)
    user_id: str | None = Field(default=None, index=True)  # empty once the account is erased
    kind: str  # sign_up | sign_in
    key_id: str  # whose hashes these are; keys go after the last of their signals, so that none is ever missing
    fingerprint_hash: str | None = Field(default=None, index=True)
    address_hash: str | None = Field(default=None, index=True)
    user_agent: str = ""
    accept_language: str = ""
    created_at: datetime = Field(index=True)


class SignalKey(SQLModel, table=True):
    """The key of one month. Once it is destroyed, nobody can tell any more what its hashes were made of."""

    __tablename__ = "signal_key"

    id: str = Field(primary_key=True)  # such as 2026-11
    secret: str  # 256 bits, hex
    ends_at: datetime  # the month's end: from here on it makes no new hash
