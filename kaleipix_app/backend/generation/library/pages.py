"""Pages of the library by keyset: a page far down costs what the first one does.

Ids sort by time, and a result's id is its generation's with its position behind it, so both tables are walked in the
order of the page. Which one is walked depends on the filter: what only results have (words, model, provider) is found
among generations, everything else among pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, func, select

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.library import words
from kaleipix_app.backend.generation.library.filters import KINDS, Filter
from kaleipix_app.backend.generation.library.models import CollectionPicture, PromptWord
from kaleipix_app.backend.generation.library.words import Term
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.media.models import Image

PAGE = 40  # pictures; an event with them stays far below 20 kB
MOST_COUNTED = 10_000  # beyond it a number says nothing that a person could use, and would cost a walk through all

Condition = ColumnElement[bool]
_IS_FAVOURITE: Condition = literal_column("image.is_favourite")  # as its index says it: SQLite compares texts
_Row = tuple[Image, str]


@dataclass(frozen=True)
class Kept:
    """One picture as the library shows it."""

    picture: Picture
    prompt: str  # empty for a source, and when it was erased
    made_at: datetime


@dataclass(frozen=True)
class _Query:
    """A filter of one owner, with its words looked up."""

    owner_id: str
    wanted: Filter
    terms: tuple[Term, ...]

    @property
    def walks_generations(self) -> bool:
        """A collection and the favourites are small sets of their own, so pictures are walked there."""
        return self.wanted.is_about_generations and not (self.wanted.collection or self.wanted.favourites)

    def of_images(self) -> list[Condition]:
        """What a picture itself has to be."""
        wanted = self.wanted
        return [
            col(Image.deleted_at).is_(None),
            col(Image.kind) == wanted.kind if wanted.kind else col(Image.kind).in_(KINDS),
            *([_IS_FAVOURITE] if wanted.favourites else []),
            *_in_days(col(Image.id), wanted),
        ]

    def of_pictures(self) -> list[Condition]:
        """The whole filter, asked of a picture."""
        found = [col(Image.owner_id) == self.owner_id, *self.of_images()]
        if self.wanted.collection:
            found.append(col(CollectionPicture.collection_id) == self.wanted.collection)
        if self.wanted.is_about_generations:
            made = aliased(Generation)
            found.append(exists().where(col(made.id) == col(Image.generation_id), *self.of_generations(made)))
        return found

    def of_generations(self, row: type[Generation] = Generation, without: Term | None = None) -> list[Condition]:
        """What a generation has to be."""
        others = [term.is_in(self.owner_id, col(row.id)) for term in self.terms if term != without]
        days = _in_days(col(row.id), self.wanted)
        return [col(row.owner_id) == self.owner_id, *_by(self.wanted, row), *days, *others]


async def page(uow: UnitOfWork, owner_id: str, wanted: Filter, *, after: str = "", limit: int = PAGE) -> list[Kept]:
    """The next pictures behind the one with the id `after`; fewer than `limit` only at the end."""
    query = await _query(uow, owner_id, wanted)
    if query is None:
        return []
    rows = await _results(uow, query, after, limit) if query.walks_generations else await _any(uow, query, after, limit)
    return [Kept(Picture.of(image), prompt or "", image.created_at) for image, prompt in rows]


async def count(uow: UnitOfWork, owner_id: str, wanted: Filter) -> int:
    """How many there are, up to one more than MOST_COUNTED."""
    query = await _query(uow, owner_id, wanted)
    if query is None:
        return 0
    some = _ids(query).limit(MOST_COUNTED + 1).subquery()
    return int((await uow.session.exec(select(func.count()).select_from(some))).one())


async def ids(uow: UnitOfWork, owner_id: str, wanted: Filter, low: str = "", high: str = "") -> list[str]:
    """Every picture that a filter finds, in no order; only those from one id to another, if they are named."""
    query = await _query(uow, owner_id, wanted)
    if query is None:
        return []
    rows = _ids(query)
    if low or high:
        rows = rows.where(col(Image.id) >= low, col(Image.id) <= high)
    return await _column(uow, rows)


async def _query(uow: UnitOfWork, owner_id: str, wanted: Filter) -> _Query | None:
    terms = await words.terms(uow, owner_id, wanted.text)
    if terms is None or (wanted.text.strip() and not terms):
        return None
    return _Query(owner_id, wanted, tuple(terms))


async def _any(uow: UnitOfWork, query: _Query, after: str, limit: int) -> Sequence[_Row]:
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
    if after:
        rows = rows.where(_behind(position, after, wanted))
    return (await uow.session.exec(rows.order_by(_in_order(position, wanted)).limit(limit))).all()


async def _results(uow: UnitOfWork, query: _Query, after: str, limit: int) -> Sequence[_Row]:
    """A walk through generations, then the pictures of those that were found.

    Whose the pictures are is said by their generation: said again here, it would tempt a planner to walk them all.
    """
    wanted = query.wanted
    kept = query.of_images()
    walked = _generations(query)
    position = walked.selected_columns[0]
    if after:
        kept.append(_behind(col(Image.id), after, wanted))
        edge = after[:-1]  # the generation may have more pictures
        walked = walked.where(_typed(position >= edge if wanted.oldest_first else position <= edge))
    walked = walked.where(exists().where(col(Image.generation_id) == position, *kept))
    found = await _column(uow, walked.order_by(_in_order(position, wanted)).limit(limit))
    rows = (
        select(Image, Generation.prompt)
        .join(Generation, col(Generation.id) == col(Image.generation_id))
        .where(col(Image.generation_id).in_(found), *kept)
        .order_by(_in_order(col(Image.id), wanted))
        .limit(limit)
    )
    return (await uow.session.exec(rows)).all()


def _generations(query: _Query) -> Select[Any]:
    """Ids of the generations that fit, along the index of the rarest word, of the model, the provider or time."""
    rarest = query.terms[0] if query.terms else None
    if rarest is None:
        return sql_select(col(Generation.id)).where(*query.of_generations())
    if len(rarest.words) > 1:
        spelled = sql_select(col(PromptWord.generation_id)).where(
            col(PromptWord.owner_id) == query.owner_id, rarest.condition()
        )
        return sql_select(col(Generation.id)).where(
            col(Generation.id).in_(spelled), *query.of_generations(without=rarest)
        )
    wanted, id = query.wanted, col(PromptWord.generation_id)
    along = sql_select(id).where(
        col(PromptWord.owner_id) == query.owner_id,
        rarest.condition(),
        *(term.is_in(query.owner_id, id) for term in query.terms[1:]),
        *_in_days(id, wanted),
    )
    if wanted.model or wanted.provider:
        along = along.where(exists().where(col(Generation.id) == id, *_by(wanted)))
    return along


def _by(wanted: Filter, row: type[Generation] = Generation) -> list[Condition]:
    """Who made it."""
    found: list[Condition] = [col(row.model) == wanted.model] if wanted.model else []
    return [*found, col(row.provider) == wanted.provider] if wanted.provider else found


def _in_days(id: Mapped[str], wanted: Filter) -> list[Condition]:
    found: list[Condition] = [id >= wanted.first_id] if wanted.first_id else []
    return [*found, id < wanted.end_id] if wanted.end_id else found


def _ids(query: _Query) -> Select[Any]:
    """Ids of everything that fits, in no order."""
    if query.walks_generations:
        return sql_select(col(Image.id)).where(col(Image.generation_id).in_(_generations(query)), *query.of_images())
    rows = sql_select(col(Image.id)).where(*query.of_pictures())
    if query.wanted.collection:
        rows = rows.join(CollectionPicture, col(CollectionPicture.image_id) == col(Image.id))
    return rows


async def _column(uow: UnitOfWork, rows: Select[Any]) -> list[str]:
    return list((await (await uow.session.connection()).execute(rows)).scalars())


def _behind(column: Mapped[str], after: str, wanted: Filter) -> Condition:
    return column > after if wanted.oldest_first else column < after


def _in_order(column: Any, wanted: Filter) -> Any:
    return column.asc() if wanted.oldest_first else column.desc()


def _typed(condition: Any) -> Condition:
    """Columns of a query that is put together have no types."""
    typed: Condition = condition
    return typed
