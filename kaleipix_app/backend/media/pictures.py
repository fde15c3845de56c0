"""What the rest of the house holds in its hands instead of a table row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from kaleipix_app.backend.media.ingest import Ingested
from kaleipix_app.backend.media.models import Image

Variant = Literal["original", "thumb", "preview"]


@dataclass(frozen=True)
class Picture:
    """One kept picture."""

    id: str
    kind: str  # source | result | mask
    width: int  # pixels
    height: int
    content_type: str  # of the original; thumb and preview are WebP
    byte_size: int  # of the original
    seed: int | None
    generation_id: str | None
    position: int  # 0 to 3 among the results of one generation
    storage_key: str
    is_deleted: bool
    is_favourite: bool

    @classmethod
    def of(cls, row: Image) -> Self:
        """What a row says."""
        return cls(
            id=row.id,
            kind=row.kind,
            width=row.width,
            height=row.height,
            content_type=row.content_type,
            byte_size=row.byte_size,
            seed=row.seed,
            generation_id=row.generation_id,
            position=row.position,
            storage_key=row.storage_key,
            is_deleted=row.deleted_at is not None,
            is_favourite=row.is_favourite,
        )

    def key(self, variant: Variant) -> str:
        """Where the bytes of a variant lie in storage."""
        return f"{self.storage_key}/{variant}"


@dataclass(frozen=True)
class Stored:
    """A picture whose bytes are in storage and whose row is not written yet."""

    storage_key: str
    width: int
    height: int
    content_type: str
    byte_size: int

    @classmethod
    def of(cls, key: str, ingested: Ingested) -> Self:
        """Ingested bytes that were put under this key."""
        return cls(key, ingested.width, ingested.height, ingested.format.content_type, len(ingested.original))


class Prepared(Stored):
    """A source on its way into the table."""

    @property
    def id(self) -> str:
        """The id that its row will have."""
        return self.storage_key.rpartition("/")[2]


class StoredResult(Stored):
    """A result on its way into the table."""
