"""What a person deletes: pictures into the trash and back, pictures for ever, and prompts out of the history.

An erased prompt is an empty one: nobody can ask for a picture without words. The generation log keeps its own copy
for twelve months, whatever happens here (policy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import ACTIVE, FINAL
from kaleipix_app.backend.generation.masks import remove_spent
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.trash import Trash


@dataclass(frozen=True)
class Deleted:
    """A picture in the trash, with what its owner needs to recognise it."""

    picture: Picture
    goes_at: datetime
    prompt: str  # empty for a source, and when the prompt is erased
    is_last: bool  # no other picture of its generation is kept: its prompt may go with it


class Deletions:
    """Commands of an owner."""

    def __init__(self, db: Database, trash: Trash, images: Images, feed: Feed) -> None:
        self._db = db
        self._trash = trash
        self._images = images
        self._feed = feed

    async def delete(self, uow: UnitOfWork, viewer: Viewer, image_id: str) -> Picture:
        """One picture into the trash. Raises NotFound, Conflict (something is being made from it)."""
        await uow.lock(viewer.user_id)
        picture = await self._images.get(uow, viewer.user_id, image_id)
        if picture.kind == "mask":  # goes with its generation
            raise NotFound
        needed = await uow.session.exec(
            select(Generation.id)
            .where(
                Generation.owner_id == viewer.user_id,
                Generation.source_id == image_id,
                col(Generation.state).in_(ACTIVE),
            )
            .limit(1)
        )
        if needed.first() is not None:
            raise Conflict("A picture is being made from this one. Wait until it is done or cancel it, then delete.")
        await self._trash.put(uow, viewer.user_id, [image_id])
        self._ring(uow, viewer)
        return picture

    async def delete_results(self, uow: UnitOfWork, viewer: Viewer, generation_id: str) -> list[Picture]:
        """All pictures of one generation into the trash. Raises NotFound if there are none."""
        await uow.lock(viewer.user_id)
        results = (await self._images.of_generations(uow, viewer.user_id, [generation_id]))[generation_id]
        if not results:
            raise NotFound
        await self._trash.put(uow, viewer.user_id, [picture.id for picture in results])
        self._ring(uow, viewer)
        return results

    async def restore(self, uow: UnitOfWork, viewer: Viewer, image_ids: Sequence[str]) -> list[Picture]:
        """Back from the trash to where they were. Raises NotFound."""
        await uow.lock(viewer.user_id)
        pictures = await self._trash.restore(uow, viewer.user_id, image_ids)
        self._ring(uow, viewer)
        return pictures

    async def trash(self, uow: UnitOfWork, viewer: Viewer, limit: int | None = None) -> list[Deleted]:
        """What can be taken back, last deleted first."""
        trashed = await self._trash.contents(uow, viewer.user_id, limit)
        ids = list({one.picture.generation_id for one in trashed if one.picture.generation_id})
        found = await uow.session.exec(
            select(Generation.id, Generation.prompt).where(
                Generation.owner_id == viewer.user_id, col(Generation.id).in_(ids)
            )
        )
        prompts: dict[str | None, str] = dict(found.all())
        kept = await self._images.of_generations(uow, viewer.user_id, ids)
        return [
            Deleted(
                one.picture,
                one.goes_at,
                prompts.get(one.picture.generation_id, ""),
                is_last=one.picture.generation_id is not None and not kept[one.picture.generation_id],
            )
            for one in trashed
        ]

    async def erase(self, viewer: Viewer, image_ids: Sequence[str] | None, *, with_prompt: bool) -> int:
        """Remove pictures of the trash for ever (None: all of it); returns how many are gone.

        `with_prompt` also erases the prompt of each generation of which no picture is kept. Raises NotFound.
        """
        async with self._db.unit_of_work() as uow:
            await uow.lock(viewer.user_id)
            wanted = [one for one in await self.trash(uow, viewer) if image_ids is None or one.picture.id in image_ids]
            chosen = [one.picture.id for one in wanted]
            await self._trash.condemn(uow, viewer.user_id, chosen)
            if with_prompt:
                await self._blank(uow, viewer, [str(one.picture.generation_id) for one in wanted if one.is_last])
            self._ring(uow, viewer)
        gone = await self._trash.erase(chosen)
        await remove_spent(self._db, self._trash, viewer.user_id)
        return gone

    async def erase_prompt(self, viewer: Viewer, generation_id: str) -> None:
        """Erase the prompt of a finished generation of which no picture is kept. Raises NotFound, Conflict."""
        async with self._db.unit_of_work() as uow:
            await uow.lock(viewer.user_id)
            kept = await self._images.of_generations(uow, viewer.user_id, [generation_id])
            if kept[generation_id]:
                raise Conflict("Pictures of this prompt are kept. Delete them first.")
            if not await self._blank(uow, viewer, [generation_id]):
                raise NotFound
            self._ring(uow, viewer)
        await self._db.forget()

    def _ring(self, uow: UnitOfWork, viewer: Viewer) -> None:
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))

    @staticmethod
    async def _blank(uow: UnitOfWork, viewer: Viewer, generation_ids: Sequence[str]) -> int:
        changed = await uow.session.exec(
            update(Generation)
            .where(
                col(Generation.id).in_(generation_ids),
                col(Generation.owner_id) == viewer.user_id,
                col(Generation.state).in_(FINAL),
                col(Generation.prompt) != "",
            )
            .values(prompt="", prompt_starred=False)
        )
        return changed.rowcount
