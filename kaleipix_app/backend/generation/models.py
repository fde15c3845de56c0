"""Tables of generations and of the log that the law asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, false, text
from sqlmodel import Field, SQLModel

_HAS_SOURCE = text("source_id IS NOT NULL")


class Generation(SQLModel, table=True):
    """One request for 1 to 4 pictures, from the click to the settled bill."""

    __tablename__ = "generation"
    __table_args__ = (
        Index("ix_generation_owner_created", "owner_id", "id"),
        Index("ix_generation_state_lease", "state", "lease_until"),
        # How many somebody has under way is asked at every click, what they see of it at every refresh.
        Index("ix_generation_owner_state", "owner_id", "state", "dismissed_at"),
        Index("ix_generation_owner_model", "owner_id", "model", "id"),
        Index("ix_generation_owner_provider", "owner_id", "provider", "id"),
        # What was made from a picture is asked whenever that is on the stage.
        Index("ix_generation_source", "source_id", "id", sqlite_where=_HAS_SOURCE, postgresql_where=_HAS_SOURCE),
    )

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="user.id")
    request_id: str  # of the click, to follow it through the log
    # What was asked
    model: str
    provider: str
    prompt: str
    source_id: str | None = None  # no foreign key: a source may be deleted, the record stays
    prompt_starred: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    mask_id: str | None = None  # what of the source is painted anew
    aspect_ratio: str
    width: int
    height: int
    count: int
    seed: int
    params: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    price: int  # credits, fixed at the click
    # Where it stands (machine.py says which changes are allowed)
    state: str
    progress: float | None = None  # 0 to 1 while running
    delivered: int = 0
    error_code: str | None = None
    error_sentence: str | None = None
    cancel_requested_at: datetime | None = None
    dismissed_at: datetime | None = None  # the failure was read
    # What the provider knows of it
    ordered_at: datetime | None = None  # written before it is asked: from then on it may have the order
    provider_job: str | None = None  # written right after: its own id of the order
    provider_place: int | None = None  # in its queue; 1 is next
    # Who works on it
    not_before: datetime | None = None  # nobody needs to look at it earlier
    attempts: int = 0  # claims, less those that ended in peace
    fetches: int = Field(
        default=0, sa_column_kwargs={"server_default": text("0")}
    )  # the same of results begun to fetch
    fence: int = 0  # grows with each claim; a writer with an old one is refused
    lease_owner: str | None = None
    lease_until: datetime | None = None
    # When
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    mailed_at: datetime | None = None  # its owner was told of the end by mail


class GenerationLog(SQLModel, table=True):
    """User, prompt, model, time: kept 12 months, also when picture or account is gone (policy)."""

    __tablename__ = "generation_log"

    id: str = Field(primary_key=True)
    user_id: str = Field(index=True)
    prompt: str
    model: str
    created_at: datetime = Field(index=True)


class TransferNotice(SQLModel, table=True):
    """Who has read where a provider's machines are, and when."""

    __tablename__ = "transfer_notice"

    user_id: str = Field(primary_key=True, foreign_key="user.id")
    provider: str = Field(primary_key=True)
    place: str  # as it was told: another place has to be told again
    acknowledged_at: datetime
