"""What a filter means to the database: conditions on pictures and on generations, and the walk that finds both.

Ids sort by time, and a result's id is its generation's with its position behind it, so both tables are walked in the
order of the page. Which one is walked depends on the filter: what only results have (words, model, provider) is found
among generations, everything else among pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.library import words
from kaleipix_app.backend.generation.library.filters import KINDS, Filter
from kaleipix_app.backend.generation.library.models import CollectionPicture, PromptWord
from kaleipix_app.backend.generation.library.words import Term
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image

Condition = ColumnElement[bool]
After = str | ColumnElement[str]
Edge = str | ColumnElement[str] | None
_IS_FAVOURITE: Condition = literal_column("image.is_favourite")  # as its index says it: SQLite compares texts


@dataclass(frozen=True)
class Query:
    """A filter of one owner, with its words looked up."""

    owner_id: str
    wanted: Filter
    terms: tuple[Term, ...]
    low: Edge = None  # no id is smaller
    end: Edge = None  # every id is smaller

    @property
    def walks_generations(self) -> bool:
        """A collection and the favourites are small sets of their own, so pictures are walked there."""
        return self.wanted.is_about_generations and not (self.wanted.collection or self.wanted.favourites)

    def within(self, low: Edge, end: Edge) -> Query:
        """The same, of other ids."""
        return replace(self, low=low, end=end)

    def of_images(self) -> list[Condition]:
        """What a picture itself has to be."""
        wanted = self.wanted
        return [
            col(Image.deleted_at).is_(None),
            col(Image.kind) == wanted.kind if wanted.kind else col(Image.kind).in_(KINDS),
            *([_IS_FAVOURITE] if wanted.favourites else []),
            *self._between(col(Image.id)),
        ]

    def ids(self) -> Select[Any]:
        """Ids of everything that fits, in no order."""
        if self.walks_generations:
            return sql_select(col(Image.id)).where(col(Image.generation_id).in_(self.generations()), *self.of_images())
        rows = sql_select(col(Image.id)).where(*self.of_pictures())
        if self.wanted.collection:
            rows = rows.join(CollectionPicture, col(CollectionPicture.image_id) == col(Image.id))
        return rows

    def of_pictures(self) -> list[Condition]:
        """The whole filter, asked of a picture."""
        found = [col(Image.owner_id) == self.owner_id, *self.of_images()]
        if self.wanted.collection:
            found.append(col(CollectionPicture.collection_id) == self.wanted.collection)
        if self.wanted.is_about_generations:
            made = aliased(Generation)
            found.append(exists().where(col(made.id) == col(Image.generation_id), *self._of_generations(made)))
        return found

    def generations(self) -> Select[Any]:
        """Ids of the generations that fit, along the index of the rarest word, of the model, the provider or time."""
        rarest = self.terms[0] if self.terms else None
        if rarest is None:
            return sql_select(col(Generation.id)).where(*self._of_generations())
        if len(rarest.words) > 1:
            spelled = sql_select(col(PromptWord.generation_id)).where(
                col(PromptWord.owner_id) == self.owner_id, rarest.condition()
            )
            return sql_select(col(Generation.id)).where(
                col(Generation.id).in_(spelled), *self._of_generations(without=rarest)
            )
        wanted, id = self.wanted, col(PromptWord.generation_id)
        along = sql_select(id).where(
            col(PromptWord.owner_id) == self.owner_id,
            rarest.condition(),
            *(term.is_in(self.owner_id, id) for term in self.terms[1:]),
            *self._between(id),
        )
        if wanted.model or wanted.provider:
            along = along.where(exists().where(col(Generation.id) == id, *_by(wanted)))
        return along

    def _of_generations(self, row: type[Generation] = Generation, without: Term | None = None) -> list[Condition]:
        """What a generation has to be."""
        others = [term.is_in(self.owner_id, col(row.id)) for term in self.terms if term != without]
        return [col(row.owner_id) == self.owner_id, *_by(self.wanted, row), *self._between(col(row.id)), *others]

    def _between(self, id: Mapped[str]) -> list[Condition]:
        found: list[Condition] = [id >= self.low] if self.low is not None else []
        return [*found, id < self.end] if self.end is not None else found


async def find(uow: UnitOfWork, owner_id: str, wanted: Filter) -> Query | None:
    """None if words are asked for that no prompt of this person has."""
    terms = await words.terms(uow, owner_id, wanted.text)
    if terms is None or (wanted.text.strip() and not terms):
        return None
    return Query(owner_id, wanted, tuple(terms), wanted.first_id or None, wanted.end_id or None)


async def column(uow: UnitOfWork, rows: Select[Any]) -> Sequence[str]:
    """Run a query of one column."""
    return list((await (await uow.session.connection()).execute(rows)).scalars())


def behind(id: Mapped[str], after: After, wanted: Filter) -> Condition:
    """In the order of the page."""
    return id > after if wanted.oldest_first else id < after


def in_order(id: Any, wanted: Filter) -> Any:
    """The order of the page."""
    return id.asc() if wanted.oldest_first else id.desc()


def _by(wanted: Filter, row: type[Generation] = Generation) -> list[Condition]:
    """Who made it."""
    found: list[Condition] = [col(row.model) == wanted.model] if wanted.model else []
    return [*found, col(row.provider) == wanted.provider] if wanted.provider else found
