"""After an older copy of the database came back: what had been erased since goes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.deletion import Deletions
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.trash import Trash
from kaleipix_app.backend.privacy import rows
from kaleipix_app.backend.privacy.erasure import Erasure
from kaleipix_app.backend.privacy.tombstones import Erased, Tombstones


@dataclass(frozen=True)
class Again:
    """How much went a second time."""

    people: int
    pictures: int
    prompts: int


class Restored:
    """Compares what is there with the list of what was erased."""

    def __init__(
        self, db: Database, erasure: Erasure, trash: Trash, deletions: Deletions, tombstones: Tombstones
    ) -> None:
        self._db = db
        self._erasure = erasure
        self._trash = trash
        self._deletions = deletions
        self._tombstones = tombstones

    async def erase_again(self) -> Again:
        """People, then pictures, then prompts; a second time finds nothing. Raises StorageFailed (run it again)."""
        people = await self._listed(Erased.PERSON, await self._everybody())
        for user_id in people:
            async for _ in self._erasure.by_operator(user_id, now=True):
                pass
        return Again(len(people), await self._pictures(), await self._prompts())

    async def _pictures(self) -> int:
        async with self._db.reading() as uow:
            there = (await uow.session.exec(select(Image.id))).all()
        listed = await self._listed(Erased.PICTURE, there)
        async with self._db.unit_of_work() as uow:
            await self._trash.condemn_again(uow, listed)
        return await self._trash.erase(listed) if listed else 0

    async def _prompts(self) -> int:
        async with self._db.reading() as uow:
            found = await uow.session.exec(
                select(Generation.id, Generation.owner_id).where(col(Generation.prompt) != "")
            )
            owners = dict(found.all())
        erased = 0
        for generation_id in await self._listed(Erased.PROMPT, list(owners)):
            async with self._db.unit_of_work() as uow:
                erased += await self._deletions.blank(uow, owners[generation_id], [generation_id])
        if erased:
            await self._db.forget()
        return erased

    async def _listed(self, kind: Erased, ids: Sequence[str]) -> list[str]:
        return await self._tombstones.which(kind, ids)

    async def _everybody(self) -> Sequence[str]:
        async with self._db.reading() as uow:
            return (await uow.session.exec(rows.user_ids())).all()
