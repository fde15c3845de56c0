"""Pages of the library by keyset: a page far down costs what the first one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists
from sqlmodel import col, func, select

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.generation.library.models import CollectionPicture
from kaleipix_app.backend.generation.library.query import After, Condition, Query, behind, column, find, in_order
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.tokens import ID_LENGTH

PAGE = 40  # pictures; an event with them stays far below 20 kB
MOST_COUNTED = 10_000  # by every change of the list; who looks at more is told how many by the days

_Row = tuple[Image, str]


@dataclass(frozen=True)
class Kept:
    """One picture as the library shows it."""

    picture: Picture
    prompt: str  # empty for a source, and when it was erased
    made_at: datetime


async def page(uow: UnitOfWork, owner_id: str, wanted: Filter, *, after: After = "", limit: int = PAGE) -> list[Kept]:
    """The next pictures behind the one with the id `after`; fewer than `limit` only at the end."""
    query = await find(uow, owner_id, wanted)
    if query is None:
        return []
    rows = await _results(uow, query, after, limit) if query.walks_generations else await _any(uow, query, after, limit)
    return [Kept(Picture.of(image), prompt or "", image.created_at) for image, prompt in rows]


async def count(uow: UnitOfWork, owner_id: str, wanted: Filter) -> int:
    """How many there are, up to one more than MOST_COUNTED."""
    query = await find(uow, owner_id, wanted)
    if query is None:
        return 0
    some = query.ids().limit(MOST_COUNTED + 1).subquery()
    return int((await uow.session.exec(select(func.count()).select_from(some))).one())


async def ids(uow: UnitOfWork, owner_id: str, wanted: Filter, low: str = "", high: str = "") -> Sequence[str]:
    """Every picture that a filter finds, in no order; only those from one id to another, if they are named."""
    query = await find(uow, owner_id, wanted)
    if query is None:
        return []
    rows = query.ids()
    if low or high:
        rows = rows.where(col(Image.id) >= low, col(Image.id) <= high)
    return await column(uow, rows)


async def _any(uow: UnitOfWork, query: Query, after: After, limit: int) -> Sequence[_Row]:
    """A walk through pictures."""
    wanted = query.wanted
    rows = (
        select(Image, Generation.prompt)
        .outerjoin(Generation, col(Generation.id) == col(Image.generation_id))
        .where(*query.of_pictures())
    )
    # In a collection the walk is along its own key.
    position = col(CollectionPicture.image_id) if wanted.collection else col(Image.id)
    if wanted.collection:
        rows = rows.join(CollectionPicture, col(CollectionPicture.image_id) == col(Image.id))
    if not _is_start(after):
        rows = rows.where(behind(position, after, wanted))
    return (await uow.session.exec(rows.order_by(in_order(position, wanted)).limit(limit))).all()


async def _results(uow: UnitOfWork, query: Query, after: After, limit: int) -> Sequence[_Row]:
    """A walk through generations, then the pictures of those that were found.

    Whose the pictures are is said by their generation: said again here, it would tempt a planner to walk them all.
    """
    wanted = query.wanted
    kept = query.of_images()
    walked = query.generations()
    position = walked.selected_columns[0]
    if not _is_start(after):
        kept.append(behind(col(Image.id), after, wanted))
        # The generation may have more pictures.
        edge = after[:-1] if isinstance(after, str) else func.substr(after, 1, ID_LENGTH)
        walked = walked.where(_typed(position >= edge if wanted.oldest_first else position <= edge))
    walked = walked.where(exists().where(col(Image.generation_id) == position, *kept))
    found = await column(uow, walked.order_by(in_order(position, wanted)).limit(limit))
    rows = (
        select(Image, Generation.prompt)
        .join(Generation, col(Generation.id) == col(Image.generation_id))
        .where(col(Image.generation_id).in_(found), *kept)
        .order_by(in_order(col(Image.id), wanted))
        .limit(limit)
    )
    return (await uow.session.exec(rows)).all()


def _is_start(after: After) -> bool:
    return isinstance(after, str) and not after


def _typed(condition: Any) -> Condition:
    """Columns of a query that is put together have no types."""
    typed: Condition = condition
    return typed
