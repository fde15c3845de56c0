"""Tables of share links."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class Share(SQLModel, table=True):
    """One link. Whoever holds it sees what access.py allows."""

    __tablename__ = "share"

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="user.id", index=True)
    token_hash: str = Field(unique=True)  # SHA-256 of the token; the token itself is made anew from the id
    title: str = ""
    passcode_hash: str | None = None  # argon2id
    downloads: bool
    shows_prompt: bool
    shows_source: bool
    views: int = 0  # how often the page was opened; nothing is known of by whom
    created_at: datetime
    expires_at: datetime | None = None  # None: until it is revoked
    revoked_at: datetime | None = None


class ShareImage(SQLModel, table=True):
    """One picture of a link. The row goes with the picture."""

    __tablename__ = "share_image"

    share_id: str = Field(primary_key=True, foreign_key="share.id", ondelete="CASCADE")
    image_id: str = Field(primary_key=True, foreign_key="image.id", ondelete="CASCADE", index=True)
    position: int
    source_id: str | None = None  # what it was made from: seen only if the link shows sources
    made_by: str  # ai | algorithm, or empty for a picture that somebody brought


class ShareReport(SQLModel, table=True):
    """Somebody says that a link shows what it must not. Hides nothing; an admin has 48 hours."""

    __tablename__ = "share_report"

    id: str = Field(primary_key=True)
    share_id: str = Field(foreign_key="share.id", index=True, ondelete="CASCADE")
    reason: str
    note: str = ""
    created_at: datetime
    due_at: datetime = Field(index=True)
    closed_at: datetime | None = None
