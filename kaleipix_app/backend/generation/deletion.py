"""What a person deletes: pictures into the trash and back, pictures for ever, and prompts out of the history.

An erased prompt is an empty one: nobody can ask for a picture without words. The generation log keeps its own copy
for twelve months, whatever happens here (policy).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.library import words
from kaleipix_app.backend.generation.machine import ACTIVE, FINAL
from kaleipix_app.backend.generation.masks import remove_spent
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.trash import Trash

_BATCH = 200  # pictures in one statement


@dataclass(frozen=True)
class Deleted:
    """A picture in the trash, with what its owner needs to recognise it."""

    picture: Picture
    goes_at: datetime
    prompt: str  # empty for a source, and when the prompt is erased
    is_last: bool  # no other picture of its generation is kept: its prompt may go with it


@dataclass(frozen=True)
class Removed:
    """What a deletion of many pictures did."""

    ids: list[str]
    stayed: int  # sources of something that is being made


class Deletions:
    """Commands of an owner."""

    def __init__(
        self,
        db: Database,
        trash: Trash,
        images: Images,
        feed: Feed,
        note: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        """`note` writes down outside of the database that the prompts of these generations are erased."""
        self._note = note
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

    async def delete_many(self, uow: UnitOfWork, viewer: Viewer, image_ids: Sequence[str]) -> Removed:
        """All of these that are there into the trash, except sources of something that is being made."""
        await uow.lock(viewer.user_id)
        found = await uow.session.exec(
            select(Generation.source_id).where(
                Generation.owner_id == viewer.user_id,
                col(Generation.source_id).is_not(None),
                col(Generation.state).in_(ACTIVE),
            )
        )
        needed = set(found)
        gone: list[str] = []
        for some in _batches(image_ids):
            batch = [id for id in some if id not in needed]
            there = await self._images.kept(uow, viewer.user_id, batch)
            await self._trash.put(uow, viewer.user_id, list(there))
            gone += [id for id in batch if id in there]
        self._ring(uow, viewer)
        return Removed(gone, stayed=len(needed.intersection(image_ids)))

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
        prompts: dict[str | None, str] = {}
        kept: dict[str, list[Picture]] = {}
        for batch in _batches(ids):
            found = await uow.session.exec(
                select(Generation.id, Generation.prompt).where(
                    Generation.owner_id == viewer.user_id, col(Generation.id).in_(batch)
                )
            )
            prompts |= dict(found.all())
            kept |= await self._images.of_generations(uow, viewer.user_id, batch)
        return [
            Deleted(
                one.picture,
                one.goes_at,
                prompts.get(one.picture.generation_id, ""),
                is_last=one.picture.generation_id is not None and not kept[one.picture.generation_id],
            )
            for one in trashed
        ]

    async def erase(self, viewer: Viewer, image_ids: Collection[str] | None, *, with_prompt: bool) -> int:
        """Remove pictures of the trash for ever (None: all of it); returns how many are gone.

        `with_prompt` also erases the prompt of each generation of which no picture is kept. Raises NotFound.
        """
        async with self._db.unit_of_work() as uow:
            await uow.lock(viewer.user_id)
            wanted = [one for one in await self.trash(uow, viewer) if image_ids is None or one.picture.id in image_ids]
            chosen = [one.picture.id for one in wanted]
            await self._trash.condemn(uow, viewer.user_id, chosen)
            if with_prompt:
                await self.blank(uow, viewer.user_id, [str(one.picture.generation_id) for one in wanted if one.is_last])
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
            if not await self.blank(uow, viewer.user_id, [generation_id]):
                raise NotFound
            self._ring(uow, viewer)
        await self._db.forget()

    async def blank(self, uow: UnitOfWork, owner_id: str, generation_ids: Sequence[str]) -> int:
        """Erase prompts of what is finished, and their words from the library's search; returns how many there were."""
        erased = 0
        for batch in _batches(generation_ids):
            found = await uow.session.exec(
                select(Generation.id, Generation.prompt).where(
                    col(Generation.id).in_(batch),
                    col(Generation.owner_id) == owner_id,
                    col(Generation.state).in_(FINAL),
                    col(Generation.prompt) != "",
                )
            )
            prompts = dict(found.all())
            await self._note(list(prompts))
            await uow.session.exec(
                update(Generation).where(col(Generation.id).in_(list(prompts))).values(prompt="", prompt_starred=False)
            )
            await words.forget(uow, owner_id, prompts)
            erased += len(prompts)
        return erased

    def _ring(self, uow: UnitOfWork, viewer: Viewer) -> None:
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))


def _batches(ids: Sequence[str]) -> list[list[str]]:
    return [list(ids[at : at + _BATCH]) for at in range(0, len(ids), _BATCH)]
