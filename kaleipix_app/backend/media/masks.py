"""Masks: which part of a source is painted anew. White is, black stays; always exactly of the source's size.

A mask is a picture of its own kind, so it is in no list. It goes with the generations that used it: see
`generation/cleanups.py`.
"""

from __future__ import annotations

from kaleipix_app.backend import log
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, KaleipixError
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.ingest import Incoming

_log = log.get("media")


class Masks:
    """Keeps what a person painted."""

    def __init__(self, db: Database, images: Images) -> None:
        self._db = db
        self._images = images

    async def keep(self, owner_id: str, source_id: str, data: Incoming) -> Picture:
        """All of an upload. Raises NotFound (the source), BadInput, TooLarge, Conflict (no room), StorageFailed."""
        async with self._db.reading() as uow:
            source = await self._images.get(uow, owner_id, source_id)
            if source.kind == "mask":
                raise BadInput("A mask needs a picture. Choose one first.", code="mask")
            await self._images.check_room(uow, owner_id)
        prepared = await self._images.prepare_mask(data, (source.width, source.height))
        try:
            async with self._db.unit_of_work() as uow:
                return await self._images.add_mask(uow, owner_id, prepared)
        except BaseException:
            try:
                async with self._db.reading() as uow:
                    await self._images.discard(uow, prepared)
            except KaleipixError:  # the daily sweep finds it
                _log.error("left_behind", key=prepared.storage_key, reason="no database")
            raise
