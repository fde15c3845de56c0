"""Kept pictures: bytes in storage, one row in the table, and nobody but their owner gets at them.

Bytes are stored before the row is written, so that no transaction is open while pixels are decoded; if the row
cannot be written, the bytes go again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

from obstore.exceptions import BaseError
from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from kaleipix_app.backend import log, tokens
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import Conflict, DatabaseFailed, NotFound
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.ingest import Incoming, Ingest, Ingested
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.pictures import Picture, Prepared, Stored, StoredResult, Variant
from kaleipix_app.backend.media.provenance import SourceType, read_mark
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.media.trash import in_trash

# Room for years of one person's photographs, and an end to filling the operator's disk with one account.
MOST_SOURCES = 500
MOST_SOURCE_BYTES = 2 * 1024**3

_VARIANTS: tuple[Variant, ...] = ("original", "thumb", "preview")

__all__ = ["Images", "Picture", "Prepared", "StoredResult", "Variant"]

_log = log.get("media")


class Images:
    """Stores, finds and gives out pictures."""

    def __init__(self, storage: Storage, ingest: Ingest, clock: Clock) -> None:
        self._storage = storage
        self._ingest = ingest
        self._clock = clock
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def keep_source(self, db: Database, owner_id: str, data: Incoming) -> Picture:
        """All of an upload: decode, store, write the row. Nothing stays behind if any of it fails.

        Raises BadInput, TooLarge, Conflict (no room), StorageFailed.
        """
        async with db.reading() as uow:
            await self.check_room(uow, owner_id)
        prepared = await self.prepare(data)
        try:
            async with db.unit_of_work() as uow:
                return await self.add_source(uow, owner_id, prepared)
        except BaseException:  # a request that is cancelled leaves nothing behind either
            try:
                async with db.reading() as uow:
                    await self.discard(uow, prepared)
            except DatabaseFailed:  # whether the row is there cannot be seen: rather too much than too little is kept
                _log.error("left_behind", key=prepared.storage_key, reason="no database")
            raise

    async def prepare(self, data: Incoming) -> Prepared:
        """Decode and store a source, outside of any transaction. Raises BadInput, TooLarge, StorageFailed."""
        return await self._store(f"sources/{tokens.new_id()}", await self._ingest.source(data))

    async def prepare_mask(self, data: Incoming, size: tuple[int, int]) -> Prepared:
        """The same for a mask of a picture of this size. Raises BadInput, TooLarge, StorageFailed."""
        return await self._store(f"masks/{tokens.new_id()}", await self._ingest.mask(data, size))

    async def _store(self, key: str, ingested: Ingested) -> Prepared:
        try:
            await self._put(key, ingested)
        except BaseException:
            await self._remove(key)
            raise
        return Prepared.of(key, ingested)

    async def add_source(self, uow: UnitOfWork, owner_id: str, prepared: Prepared) -> Picture:
        """The row of a prepared source. Raises Conflict if there is no room; the caller then discards it."""
        await uow.lock(owner_id)
        await self.check_room(uow, owner_id, prepared.byte_size)
        return await self._insert(uow, self._row(prepared, id=prepared.id, owner_id=owner_id, kind="source"))

    async def add_mask(self, uow: UnitOfWork, owner_id: str, prepared: Prepared) -> Picture:
        """The row of a prepared mask; it takes room like a source. Raises Conflict."""
        await uow.lock(owner_id)
        await self.check_room(uow, owner_id, prepared.byte_size)
        return await self._insert(uow, self._row(prepared, id=prepared.id, owner_id=owner_id, kind="mask"))

    async def discard(self, uow: UnitOfWork, prepared: Prepared) -> None:
        """Remove the bytes of a source whose row could not be written (looks first: a commit may have worked)."""
        if await uow.session.get(Image, prepared.id) is None:
            await self._remove(prepared.storage_key)

    async def check_room(self, uow: UnitOfWork, owner_id: str, byte_size: int = 0) -> None:
        """Whether one more source of this size fits, beside what is in the trash. Raises Conflict."""
        found = await uow.session.exec(
            select(func.count(), func.coalesce(func.sum(Image.byte_size), 0)).where(
                Image.owner_id == owner_id, col(Image.kind).in_(("source", "mask"))
            )
        )
        count, size = found.one()
        if count >= MOST_SOURCES or size + byte_size > MOST_SOURCE_BYTES:
            most = f"{MOST_SOURCES} pictures" if count >= MOST_SOURCES else "2 GB"
            raise Conflict(
                f"There is no room for another picture of your own: {most} is the most, the trash included. "
                "Move some that you no longer need to the trash, then empty it.",
                code="no_room",
            )

    async def store_result(
        self,
        generation_id: str,
        position: int,
        data: bytes,
        source_type: SourceType = SourceType.ALGORITHMIC,
    ) -> StoredResult:
        """Check, mark and store one picture of an engine. What is stored already stays: a repeat is harmless.

        Its preview is made once it is asked for: who waits for the picture sees the thumbnail first.

        Raises BadInput, TooLarge, StorageFailed.
        """
        key = f"results/{generation_id}/{position}"
        with suppress(NotFound):  # if a crash came in between, all variants are made from the one that is there
            data = await self._storage.get(f"{key}/original")
        ingested = await self._ingest.result(data, source_type)
        await self._put(key, ingested)
        return StoredResult.of(key, ingested)

    async def add_result(
        self, uow: UnitOfWork, owner_id: str, generation_id: str, position: int, seed: int | None, stored: StoredResult
    ) -> Picture:
        """The row of a stored result; the one that is there if this is a repeat.

        Its id is the generation's with the position behind it: the primary key itself refuses a second row.
        """
        id = f"{generation_id}{position}"
        present = await uow.session.get(Image, id)
        if present is not None:
            return Picture.of(present)
        row = self._row(stored, id=id, owner_id=owner_id, kind="result")
        row.generation_id, row.position, row.seed = generation_id, position, seed
        return await self._insert(uow, row)

    async def get(self, uow: UnitOfWork, owner_id: str, image_id: str) -> Picture:
        """One picture of this owner. Raises NotFound, also for somebody else's and for a deleted one."""
        found = await uow.session.exec(
            select(Image).where(Image.id == image_id, Image.owner_id == owner_id, col(Image.deleted_at).is_(None))
        )
        row = found.first()
        if row is None:
            raise NotFound
        return Picture.of(row)

    async def shown(self, uow: UnitOfWork, owner_id: str, image_id: str, variant: Variant) -> Picture:
        """Who may see which bytes is decided here: the owner alone; of what is in the trash only the thumbnail.

        Raises NotFound for everything else.
        """
        visible: ColumnElement[bool] = col(Image.deleted_at).is_(None)
        if variant == "thumb":
            visible = or_(visible, in_trash(self._clock.now()))
        found = await uow.session.exec(select(Image).where(Image.id == image_id, Image.owner_id == owner_id, visible))
        row = found.first()
        if row is None:
            raise NotFound
        return Picture.of(row)

    async def kept(self, uow: UnitOfWork, owner_id: str, image_ids: list[str]) -> set[str]:
        """Which of these this owner still has, outside of the trash."""
        found = await uow.session.exec(
            select(Image.id).where(
                col(Image.id).in_(image_ids), Image.owner_id == owner_id, col(Image.deleted_at).is_(None)
            )
        )
        return set(found)

    @staticmethod
    def has_results(generation_id: Mapped[str]) -> ColumnElement[bool]:
        """For the queries of others: whether a picture of this generation is kept."""
        return exists().where(col(Image.generation_id) == generation_id, col(Image.deleted_at).is_(None))

    async def of_generations(
        self, uow: UnitOfWork, owner_id: str, generation_ids: list[str]
    ) -> dict[str, list[Picture]]:
        """The results of these generations in order; an empty list where there is none."""
        results: dict[str, list[Picture]] = {id: [] for id in generation_ids}
        found = await uow.session.exec(
            select(Image)
            .where(
                col(Image.generation_id).in_(generation_ids),
                Image.owner_id == owner_id,
                col(Image.deleted_at).is_(None),
            )
            .order_by(col(Image.position))
        )
        for row in found:
            results[str(row.generation_id)].append(Picture.of(row))
        return results

    async def recent_sources(self, uow: UnitOfWork, owner_id: str, limit: int) -> list[Picture]:
        """This owner's sources, the newest first (ids sort by time)."""
        found = await uow.session.exec(
            select(Image)
            .where(Image.owner_id == owner_id, Image.kind == "source", col(Image.deleted_at).is_(None))
            .order_by(col(Image.id).desc())
            .limit(limit)
        )
        return [Picture.of(row) for row in found]

    async def original_bytes(self, picture: Picture) -> bytes:
        """The kept original. Raises NotFound, StorageFailed."""
        return await self._storage.get(picture.key("original"))

    async def small_copy(self, storage_key: str, variant: Literal["thumb", "preview"]) -> bytes:
        """Thumbnail or preview, as WebP; a result's preview is made when it is first asked for, once for all who ask.

        Raises NotFound, StorageFailed.
        """
        try:
            return await self._storage.get(f"{storage_key}/{variant}")
        except NotFound:
            if variant == "thumb":
                raise
        if storage_key not in self._making:
            self._making[storage_key] = asyncio.create_task(self._make_preview(storage_key))
            self._making[storage_key].add_done_callback(lambda _: self._making.pop(storage_key))
        return await asyncio.shield(self._making[storage_key])  # others may wait for it when this one has left

    async def _make_preview(self, storage_key: str) -> bytes:
        original = await self._storage.get(f"{storage_key}/original")
        preview = await self._ingest.preview(original, read_mark(original))
        await self._storage.put(f"{storage_key}/preview", preview)
        if not await self._storage.has(f"{storage_key}/original"):  # deleted meanwhile: that must leave nothing behind
            await self._storage.delete([f"{storage_key}/preview"])
            raise NotFound
        return preview

    async def within(self, picture: Picture, edge: int) -> bytes:
        """The original, made smaller if its long edge has more than `edge` pixels. Raises NotFound, StorageFailed."""
        data = await self.original_bytes(picture)
        return data if max(picture.width, picture.height) <= edge else await self._ingest.smaller(data, edge)

    async def converted(self, picture: Picture, format: Format) -> bytes:
        """The original as a file of this format; a result carries its mark. Raises NotFound, StorageFailed."""
        data = await self.original_bytes(picture)
        if picture.content_type == format.content_type:
            return data
        return await self._ingest.convert(data, format, read_mark(data))

    def _row(self, stored: Stored, *, id: str, owner_id: str, kind: str) -> Image:
        return Image(
            id=id,
            owner_id=owner_id,
            kind=kind,
            content_type=stored.content_type,
            width=stored.width,
            height=stored.height,
            byte_size=stored.byte_size,
            storage_key=stored.storage_key,
            created_at=self._clock.now(),
        )

    async def _insert(self, uow: UnitOfWork, row: Image) -> Picture:
        uow.session.add(row)
        await uow.session.flush()
        return Picture.of(row)

    async def _put(self, key: str, ingested: Ingested) -> None:
        for variant in _VARIANTS:  # the original first: a repeat makes the others from it
            data = getattr(ingested, variant)
            if data is not None:
                await self._storage.put(f"{key}/{variant}", data)

    async def _remove(self, key: str) -> None:
        try:
            await self._storage.delete([f"{key}/{variant}" for variant in _VARIANTS])
        except (BaseError, OSError) as error:  # the first failure is what the person has to hear about
            _log.error("left_behind", key=key, reason=type(error).__name__)
