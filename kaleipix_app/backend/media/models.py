"""The table of pictures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, false, text
from sqlmodel import Field, SQLModel

_DELETED = text("deleted_at IS NOT NULL")
_KEPT = text("deleted_at IS NULL")
_FAVOURITE = text("deleted_at IS NULL AND is_favourite")
_LARGE = BigInteger().with_variant(Integer, "sqlite")  # which has one size of integers


class Image(SQLModel, table=True):
    """One kept picture: a source that was brought, a result that was made, or a mask over one of them."""

    __tablename__ = "image"
    __table_args__ = (
        Index("ix_image_trash", "owner_id", "deleted_at", sqlite_where=_DELETED, postgresql_where=_DELETED),
        # The library's pages: ids sort by time.
        Index("ix_image_kept", "owner_id", "id", sqlite_where=_KEPT, postgresql_where=_KEPT),
        Index("ix_image_kept_kind", "owner_id", "kind", "id", sqlite_where=_KEPT, postgresql_where=_KEPT),
        Index("ix_image_favourite", "owner_id", "id", sqlite_where=_FAVOURITE, postgresql_where=_FAVOURITE),
    )

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="user.id", index=True)
    kind: str  # source | result | mask
    generation_id: str | None = Field(default=None, foreign_key="generation.id", index=True)
    position: int = 0  # 0 to 3 among the results of one generation
    seed: int | None = Field(default=None, sa_type=_LARGE)  # the generation's and its position: past 31 bits
    content_type: str
    width: int
    height: int
    byte_size: int
    storage_key: str  # folder in storage: original, thumb and preview lie below it
    created_at: datetime
    is_favourite: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    taken_down_at: datetime | None = None  # by an operator after a report: no link shows it any more
    taken_down_for: str = Field(default="", sa_column_kwargs={"server_default": ""})  # why; a reason of a report
    deleted_at: datetime | None = None  # trash.py says what it means
