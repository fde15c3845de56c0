"""The library as its owner uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.history import History, Record
from kaleipix_app.backend.generation.library import days, pages
from kaleipix_app.backend.generation.library.days import Day
from kaleipix_app.backend.generation.library.filters import Filter, Selection
from kaleipix_app.backend.generation.library.pages import Kept
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.models import Image

_BATCH = 200  # pictures in one statement


@dataclass(frozen=True)
class Detail:
    """Everything known of one picture; a source has no generation."""

    picture: Picture
    made_at: datetime
    record: Record | None


class Library:
    """Reads and changes what one owner keeps."""

    def __init__(self, db: Database, images: Images, history: History, feed: Feed) -> None:
        self._db = db
        self._images = images
        self._history = history
        self._feed = feed

    async def page(
        self, uow: UnitOfWork, owner_id: str, wanted: Filter, *, after: str = "", limit: int = pages.PAGE
    ) -> list[Kept]:
        """The next pictures behind the one with the id `after`."""
        return await pages.page(uow, owner_id, wanted, after=after, limit=limit)

    async def count(self, uow: UnitOfWork, owner_id: str, wanted: Filter) -> int:
        """How many there are, up to one more than `pages.MOST_COUNTED`."""
        return await pages.count(uow, owner_id, wanted)

    async def days(self, uow: UnitOfWork, owner_id: str, wanted: Filter) -> list[Day]:
        """Every day that has pictures with their number, in the order of the page."""
        return await days.days(uow, owner_id, wanted)

    async def from_place(
        self, uow: UnitOfWork, owner_id: str, wanted: Filter, day: date, skip: int, *, limit: int = pages.PAGE
    ) -> list[Kept]:
        """A page from anywhere: from the picture of that day before which there are `skip` of it."""
        after = await days.place(uow, owner_id, wanted, day, skip)
        return await pages.page(uow, owner_id, wanted, after=after, limit=limit) if after is not None else []

    async def between(self, uow: UnitOfWork, owner_id: str, wanted: Filter, low: str, high: str) -> Sequence[str]:
        """Ids from one to another, both included."""
        return await pages.ids(uow, owner_id, wanted, low, high)

    async def chosen(self, uow: UnitOfWork, owner_id: str, selection: Selection) -> list[str]:
        """Ids of the selected pictures that are still there, in the order of time."""
        if selection.all_of is not None:
            found = await pages.ids(uow, owner_id, selection.all_of)
            return sorted(id for id in found if id not in selection.ids)
        wanted, there = sorted(selection.ids), list[str]()
        for at in range(0, len(wanted), _BATCH):
            there += await self._images.kept(uow, owner_id, wanted[at : at + _BATCH])
        return sorted(there)

    async def detail(self, uow: UnitOfWork, owner_id: str, image_id: str) -> Detail:
        """One picture and how it was made. Raises NotFound."""
        picture = await self._images.get(uow, owner_id, image_id)
        made_at = (await uow.session.exec(select(Image.created_at).where(Image.id == image_id))).one()
        record = await self._history.one(uow, owner_id, picture.generation_id) if picture.generation_id else None
        return Detail(picture, made_at, record)

    async def set_favourite(self, uow: UnitOfWork, viewer: Viewer, image_ids: Sequence[str], on: bool) -> int:
        """Mark pictures or unmark them; returns how many of them are there. Raises NotFound if none is."""
        changed = 0
        for at in range(0, len(image_ids), _BATCH):
            done = await uow.session.exec(
                update(Image)
                .where(
                    col(Image.id).in_(image_ids[at : at + _BATCH]),
                    col(Image.owner_id) == viewer.user_id,
                    col(Image.deleted_at).is_(None),
                )
                .values(is_favourite=on)
            )
            changed += done.rowcount
        if not changed:
            raise NotFound
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))
        return changed

    async def each(self, owner_id: str, selection: Selection) -> AsyncIterator[Detail]:
        """Every selected picture with its generation, a few at a time: for archives of any length."""
        async with self._db.reading() as uow:
            ids = await self.chosen(uow, owner_id, selection)
        for id in ids:
            try:
                async with self._db.reading() as uow:
                    detail = await self.detail(uow, owner_id, id)
            except NotFound:  # deleted meanwhile
                continue
            yield detail
