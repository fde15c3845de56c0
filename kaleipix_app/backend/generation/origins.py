"""Tells of each result how it was made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.origin import MadeBy, Origin
from kaleipix_app.backend.providers.catalogue import MODELS


class GenerationOrigins:
    """The table of generations, as `media.origin.Origins`."""

    async def of(self, uow: UnitOfWork, owner_id: str, image_ids: Sequence[str]) -> dict[str, Origin]:
        found = await uow.session.exec(
            select(Image.id, Generation)
            .join(Generation, col(Generation.id) == col(Image.generation_id))
            .where(col(Image.id).in_(image_ids), Image.owner_id == owner_id, Generation.owner_id == owner_id)
        )
        return {str(id): Origin(_made_by(row), row.prompt, row.source_id) for id, row in found.all()}


def _made_by(row: Generation) -> MadeBy:
    model = MODELS.get(row.model)
    is_ai = model.is_ai if model else row.provider != "builtin"  # of a model that is not offered any more
    return "ai" if is_ai else "algorithm"
