"""The record of cleanups."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel


class CleanupRun(SQLModel, table=True):
    """One run of one cleanup: shows that what was promised was done, and when."""

    __tablename__ = "cleanup_run"

    id: str = Field(primary_key=True)
    cleanup: str = Field(index=True)
    as_of: datetime  # the time it worked for; differs from the next line when run by hand
    started_at: datetime = Field(index=True)
    finished_at: datetime
    removed: int
    outcome: str  # done | failed
