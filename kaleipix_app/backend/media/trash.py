"""The trash: what a person deleted, for thirty days, and how a picture goes for ever.

One column says it all, `image.deleted_at`. Empty: kept. Younger than thirty days: in the trash, where its owner sees a
thumbnail and can take it back. Older: gone for everybody, and its bytes are about to be removed. To delete for ever is
to write the beginning of time there.

Bytes go before the row. Whatever stops in between, the row still says what is left to do, and the next run does it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from obstore.exceptions import BaseError
from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select, update

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound, StorageFailed
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.pictures import Picture, Variant
from kaleipix_app.backend.media.storage import Storage

KEPT = periods.TRASH.rest
_OVERDUE = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 200  # rows in one statement

_log = log.get("trash")


@dataclass(frozen=True)
class Trashed:
    """A deleted picture that can still be taken back."""

    picture: Picture
    goes_at: datetime


def in_trash(now: datetime) -> ColumnElement[bool]:
    """The condition in SQL: deleted, and not yet for ever."""
    return col(Image.deleted_at) > now - KEPT


class Trash:
    """Takes pictures in, gives them back, and removes them for ever."""

    def __init__(
        self, db: Database, storage: Storage, clock: Clock, note: Callable[[Sequence[str]], Awaitable[None]]
    ) -> None:
        """`note` writes down outside of the database that these pictures are erased."""
        self._note = note
        self._db = db
        self._storage = storage
        self._clock = clock

    async def put(self, uow: UnitOfWork, owner_id: str, image_ids: Sequence[str]) -> None:
        """Delete kept pictures of this owner, all or none. Raises NotFound."""
        changed = await uow.session.exec(
            update(Image)
            .where(col(Image.id).in_(image_ids), col(Image.owner_id) == owner_id, col(Image.deleted_at).is_(None))
            .values(deleted_at=self._clock.now())
        )
        if changed.rowcount != len(set(image_ids)):
            raise NotFound

    async def restore(self, uow: UnitOfWork, owner_id: str, image_ids: Sequence[str]) -> list[Picture]:
        """Take back what is still in the trash. Raises NotFound if nothing of it is."""
        pictures: list[Picture] = []
        for ids in _batches(image_ids):
            found = await uow.session.exec(
                update(Image)
                .where(col(Image.id).in_(ids), col(Image.owner_id) == owner_id, in_trash(self._clock.now()))
                .values(deleted_at=None)
                .returning(Image)
            )
            pictures += [Picture.of(row) for row in found.scalars()]
        if not pictures:
            raise NotFound("This picture is no longer in the trash.")
        return pictures

    async def contents(self, uow: UnitOfWork, owner_id: str, limit: int | None = None) -> list[Trashed]:
        """What this owner can take back, last deleted first."""
        found = await uow.session.exec(
            select(Image)
            .where(Image.owner_id == owner_id, in_trash(self._clock.now()))
            .order_by(col(Image.deleted_at).desc(), col(Image.id))
            .limit(limit)
        )
        return [Trashed(Picture.of(row), row.deleted_at + KEPT) for row in found if row.deleted_at is not None]

    async def condemn(self, uow: UnitOfWork, owner_id: str, image_ids: Sequence[str]) -> None:
        """From now on nobody sees them and nobody takes them back; `erase` removes them. Raises NotFound."""
        changed = 0
        for ids in _batches(image_ids):
            condemned = await uow.session.exec(
                update(Image)
                .where(col(Image.id).in_(ids), col(Image.owner_id) == owner_id, in_trash(self._clock.now()))
                .values(deleted_at=_OVERDUE)
            )
            changed += condemned.rowcount
        if not changed:
            raise NotFound("This picture is no longer in the trash.")

    async def condemn_all(self, uow: UnitOfWork, owner_id: str) -> None:
        """Every picture of this owner, kept or in the trash: `erase_all` removes them."""
        await uow.session.exec(update(Image).where(col(Image.owner_id) == owner_id).values(deleted_at=_OVERDUE))

    async def erase_all(self, owner_id: str) -> int:
        """Remove all condemned pictures of this owner; returns how many are gone. Raises StorageFailed."""
        async with self._db.reading() as uow:
            condemned = (col(Image.owner_id) == owner_id, col(Image.deleted_at) == _OVERDUE)
            ids = list(await uow.session.exec(select(Image.id).where(*condemned)))
        gone = await self.erase(ids)
        if gone < len(ids):
            raise StorageFailed("Not every picture could be removed yet. It is tried again within the hour.")
        return gone

    async def condemn_masks(self, uow: UnitOfWork, mask_ids: Sequence[str]) -> None:
        """Masks are never in the trash: nobody would know what to take back."""
        await uow.session.exec(
            update(Image).where(col(Image.id).in_(mask_ids), col(Image.kind) == "mask").values(deleted_at=_OVERDUE)
        )

    async def condemn_again(self, uow: UnitOfWork, image_ids: Sequence[str]) -> None:
        """Pictures that a restored backup brought back, wherever they are in it."""
        for ids in _batches(image_ids):
            await uow.session.exec(update(Image).where(col(Image.id).in_(ids)).values(deleted_at=_OVERDUE))

    async def due(self, as_of: datetime) -> int:
        """How many `purge` would remove at `as_of`."""
        async with self._db.reading() as uow:
            count = select(func.count()).select_from(Image).where(col(Image.deleted_at) <= as_of - KEPT)
            return int((await uow.session.exec(count)).one())

    async def purge(self, as_of: datetime, limit: int) -> int:
        """The scheduled cleanup: remove what has been in the trash for thirty days at `as_of`. Returns how many."""
        async with self._db.unit_of_work() as uow:
            overdue = col(Image.deleted_at) <= as_of - KEPT
            found = await uow.session.exec(select(Image.id).where(overdue).order_by(col(Image.deleted_at)).limit(limit))
            due = list(found)
            for ids in _batches(due):  # asked again: what was taken back meanwhile stays
                await uow.session.exec(update(Image).where(col(Image.id).in_(ids), overdue).values(deleted_at=_OVERDUE))
        return await self.erase(due)

    async def erase(self, image_ids: Sequence[str]) -> int:
        """Remove condemned pictures: bytes, then rows, then every trace in the database's files. Returns how many.

        First they are noted outside of the database, so that no restored backup brings them back.

        What storage does not let go of stays condemned; the scheduled cleanup tries it again.
        """
        gone = 0
        for ids in _batches(image_ids):
            async with self._db.reading() as uow:
                found = await uow.session.exec(
                    select(Image).where(col(Image.id).in_(ids), col(Image.deleted_at) == _OVERDUE)
                )
                pictures = [Picture.of(row) for row in found]
            await self._note([picture.id for picture in pictures])
            removed = [picture.id for picture in pictures if await self._remove(picture)]
            async with self._db.unit_of_work() as uow:
                await uow.session.exec(
                    delete(Image).where(col(Image.id).in_(removed), col(Image.deleted_at) == _OVERDUE)
                )
            gone += len(removed)
        await self._db.forget()
        return gone

    async def _remove(self, picture: Picture) -> bool:
        try:
            await self._storage.delete([picture.key(variant) for variant in get_args(Variant)])
        except (BaseError, OSError) as error:
            _log.error("not_erased", image=picture.id, reason=type(error).__name__)
            return False
        return True


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH)]
