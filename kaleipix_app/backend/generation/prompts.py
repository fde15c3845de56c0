"""What a person wrote before: read from their generations, so that an erased prompt is gone from here too."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, cast
from sqlmodel import col, func, select, update

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.providers.catalogue import Task


@dataclass(frozen=True)
class Written:
    """A prompt that was used at least once."""

    id: str  # of the last generation with it
    prompt: str
    is_starred: bool


class Prompts:
    """Reads and stars, always as one owner."""

    async def recent(
        self, uow: UnitOfWork, owner_id: str, *, containing: str = "", starred: bool = False, limit: int = 20
    ) -> list[Written]:
        """Each prompt once, the last used first."""
        newest, star = func.max(col(Generation.id)), func.max(cast(col(Generation.prompt_starred), Integer))
        query = select(newest, Generation.prompt, star).where(*_own(owner_id)).group_by(col(Generation.prompt))
        if containing:
            query = query.where(col(Generation.prompt).icontains(containing, autoescape=True))
        if starred:
            query = query.having(star == 1)
        found = await uow.session.exec(query.order_by(newest.desc()).limit(limit))
        return [Written(id, prompt, bool(is_starred)) for id, prompt, is_starred in found.all()]

    async def one(self, uow: UnitOfWork, owner_id: str, generation_id: str) -> str:
        """The whole prompt of a generation. Raises NotFound."""
        found = await uow.session.exec(
            select(Generation.prompt).where(*_own(owner_id), col(Generation.id) == generation_id)
        )
        prompt = found.first()
        if prompt is None:
            raise NotFound
        return prompt

    async def star(self, uow: UnitOfWork, viewer: Viewer, generation_id: str, *, on: bool) -> None:
        """Mark this prompt, wherever it was used. Raises NotFound."""
        prompt = await self.one(uow, viewer.user_id, generation_id)
        await uow.session.exec(
            update(Generation)
            .where(col(Generation.owner_id) == viewer.user_id, col(Generation.prompt) == prompt)
            .values(prompt_starred=on)
        )


def _own(owner_id: str) -> tuple[ColumnElement[bool], ...]:
    wordless = ("", *(str(task) for task in Task))  # see `Requests.request`
    return col(Generation.owner_id) == owner_id, col(Generation.prompt).not_in(wordless)
