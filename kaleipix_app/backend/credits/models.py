"""The ledger's one table."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class LedgerEntry(SQLModel, table=True):
    """One effect on one balance. Rows are only ever added; the balance is their sum."""

    __tablename__ = "ledger_entry"

    id: str = Field(primary_key=True)
    user_id: str = Field(index=True)  # no foreign key: the books outlive the account
    key: str = Field(unique=True)  # reserve:<id>, settle:<id>, refund:<id>, grant:<what>
    amount: int  # credits; negative when spent
    generation_id: str | None = Field(default=None, index=True)
    note: str = ""
    created_at: datetime
