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

from sqlalchemy import ColumnElement, Select, exists
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
        """What a picture has to be; what its generation has to be is asked separately."""
        wanted = self.wanted
        found: list[Condition] = [col(Image.owner_id) == self.owner_id, col(Image.deleted_at).is_(None)]
        found.append(col(Image.kind) == wanted.kind if wanted.kind else col(Image.kind).in_(KINDS))
        if wanted.favourites:
            found.append(col(Image.is_favourite).is_(True))
        if wanted.first_id:
            found.append(col(Image.id) >= wanted.first_id)
        if wanted.end_id:
            found.append(col(Image.id) < wanted.end_id)
        return found

    def of_generations(self, without: Term | None = None) -> list[Condition]:
        """What a generation has to be."""
        wanted = self.wanted
        found: list[Condition] = [col(Generation.owner_id) == self.owner_id]
        if wanted.model:
            found.append(col(Generation.model) == wanted.model)
        if wanted.provider:
            found.append(col(Generation.provider) == wanted.provider)
        if wanted.first_id:
            found.append(col(Generation.id) >= wanted.first_id)
        if wanted.end_id:
            found.append(col(Generation.id) < wanted.end_id)
        return [*found, *(term.is_in(self.owner_id, col(Generation.id)) for term in self.terms if term != without)]


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


async def ids(uow: UnitOfWork, owner_id: str, wanted: Filter) -> list[str]:
    """Every picture that a filter finds, in no order."""
    query = await _query(uow, owner_id, wanted)
    return [] if query is None else list((await uow.session.execute(_ids(query))).scalars())


async def between(uow: UnitOfWork, owner_id: str, wanted: Filter, low: str, high: str) -> list[str]:
    """Those of them from one id to another, both included."""
    query = await _query(uow, owner_id, wanted)
    if query is None:
        return []
    rows = _ids(query).where(col(Image.id) >= low, col(Image.id) <= high)
    return list((await uow.session.execute(rows)).scalars())


async def _query(uow: UnitOfWork, owner_id: str, wanted: Filter) -> _Query | None:
    terms = await words.terms(uow, owner_id, wanted.text)
    if terms is None or (wanted.text.strip() and not terms):
        return None
    return _Query(owner_id, wanted, tuple(terms))


def _behind(column: Any, after: str, wanted: Filter) -> Condition:
    return _typed(column > after if wanted.oldest_first else column < after)


def _typed(condition: Any) -> Condition:
    """Comparisons of columns have no useful type of their own."""
    typed: Condition = condition
    return typed


def _in_order(column: Any, wanted: Filter) -> Any:
    return column.asc() if wanted.oldest_first else column.desc()


async def _any(uow: UnitOfWork, query: _Query, after: str, limit: int) -> Sequence[Any]:
    """A walk through pictures."""
    wanted = query.wanted
    # In a collection the walk is along its own key.
    position = col(CollectionPicture.image_id) if wanted.collection else col(Image.id)
    rows = (
        _pictures(query)
        .add_columns(col(Generation.prompt))
        .outerjoin(Generation, col(Generation.id) == col(Image.generation_id))
    )
    if after:
        rows = rows.where(_behind(position, after, wanted))
    found = await uow.session.execute(rows.order_by(_in_order(position, wanted)).limit(limit))
    return found.all()


async def _results(uow: UnitOfWork, query: _Query, after: str, limit: int) -> Sequence[Any]:
    """A walk through generations, then the pictures of those that were found."""
    wanted = query.wanted
    kept = query.of_images()
    walked = _generations(query)
    position = walked.selected_columns[0]
    if after:
        kept.append(_behind(col(Image.id), after, wanted))
        edge = after[:-1]  # the generation may have more pictures
        walked = walked.where(_typed(position >= edge if wanted.oldest_first else position <= edge))
    walked = walked.where(exists().where(col(Image.generation_id) == position, *kept))
    found = (await uow.session.execute(walked.order_by(_in_order(position, wanted)).limit(limit))).scalars().all()
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
    wanted, rarest = query.wanted, query.terms[0] if query.terms else None
    if rarest is None:
        return select(col(Generation.id)).where(*query.of_generations())
    if len(rarest.words) > 1:
        spelled = select(PromptWord.generation_id).where(PromptWord.owner_id == query.owner_id, rarest.condition())
        return select(col(Generation.id)).where(col(Generation.id).in_(spelled), *query.of_generations(rarest))
    along = select(col(PromptWord.generation_id)).where(
        col(PromptWord.owner_id) == query.owner_id,
        rarest.condition(),
        *(term.is_in(query.owner_id, col(PromptWord.generation_id)) for term in query.terms[1:]),
    )
    if wanted.first_id:
        along = along.where(col(PromptWord.generation_id) >= wanted.first_id)
    if wanted.end_id:
        along = along.where(col(PromptWord.generation_id) < wanted.end_id)
    if wanted.model or wanted.provider:
        fits = exists().where(
            col(Generation.id) == col(PromptWord.generation_id),
            *([col(Generation.model) == wanted.model] if wanted.model else []),
            *([col(Generation.provider) == wanted.provider] if wanted.provider else []),
        )
        along = along.where(fits)
    return along


def _pictures(query: _Query) -> Select[Any]:
    """The pictures that fit, walked as pictures."""
    wanted = query.wanted
    rows: Select[Any] = select(Image).where(*query.of_images())
    if wanted.collection:
        rows = rows.join(CollectionPicture, col(CollectionPicture.image_id) == col(Image.id)).where(
            col(CollectionPicture.collection_id) == wanted.collection
        )
    if wanted.is_about_generations:
        rows = rows.where(exists().where(col(Generation.id) == col(Image.generation_id), *query.of_generations()))
    return rows


def _ids(query: _Query) -> Select[Any]:
    """Ids of everything that fits, in no order."""
    if query.walks_generations:
        return select(col(Image.id)).where(col(Image.generation_id).in_(_generations(query)), *query.of_images())
    return _pictures(query).with_only_columns(col(Image.id))
