"""The library as days with their numbers of pictures: how long it is, and where each place of it begins.

One statement counts all days, each along the index that its page would walk, so that a jump to any place is a page
behind an id like every other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import JSON, ColumnElement, String, cast, literal, literal_column
from sqlalchemy import select as sql_select
from sqlmodel import col, func

from kaleipix_app.backend import tokens
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.library import pages
from kaleipix_app.backend.generation.library.filters import Filter, zone_named
from kaleipix_app.backend.generation.library.query import After, Query, find, in_order
from kaleipix_app.backend.media.models import Image

MOST_DAYS = 4_000  # with pictures: eleven years of daily work; what is left counts as the last of them


@dataclass(frozen=True)
class Day:
    """One day on which something was made, in the person's zone."""

    date: date
    count: int


async def days(uow: UnitOfWork, owner_id: str, wanted: Filter) -> list[Day]:
    """Every day that has pictures, in the order of the page."""
    query = await find(uow, owner_id, wanted)
    ends = [await pages.page(uow, owner_id, replace(wanted, oldest_first=way), limit=1) for way in (True, False)]
    if query is None or not ends[0]:
        return []
    first, last = (_day_of(one[0].picture.id, wanted) for one in ends)
    all_days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    counts = await _counts(uow, query, [_of(day, wanted) for day in all_days])
    found = [Day(day, number) for day, number in zip(all_days, counts, strict=True) if number]
    if not wanted.oldest_first:
        found.reverse()
    rest = found[MOST_DAYS - 1 :]
    return [*found[: MOST_DAYS - 1], Day(rest[0].date, sum(one.count for one in rest))] if len(rest) > 1 else found


async def place(uow: UnitOfWork, owner_id: str, wanted: Filter, day: date, skip: int) -> After | None:
    """Behind which id a page begins that leaves out the first `skip` pictures of a day; None if there is nothing.

    The id is looked up by the statement that reads the page: another one would make a jump dearer than a step.
    """
    of_day = _of(day, wanted)
    edge = of_day.first_id[:-1] if wanted.oldest_first else of_day.end_id  # shorter: the first moment is behind it
    query = await find(uow, owner_id, wanted)
    if query is None or not skip:
        return edge
    low, end = (edge, query.end) if wanted.oldest_first else (query.low, edge)
    spans = [(low, end)]
    if wanted.is_about_generations or wanted.collection:
        # Not along the index of the page: first within the day, which may have lost some since it was counted.
        spans.insert(0, (of_day.first_id, of_day.end_id))
    found = [
        some.ids().order_by(in_order(col(Image.id), wanted)).offset(skip - 1).limit(1).correlate(None).scalar_subquery()
        for some in (query.within(*span) for span in spans)
    ]
    return func.coalesce(*found) if len(found) > 1 else found[0]


async def _counts(uow: UnitOfWork, query: Query, spans: list[Filter]) -> list[int]:
    """How many pictures each span has. They come as one text: thousands of parameters would cost more to compile."""
    low: ColumnElement[str] = literal_column(f"substr(span.value, 1, {tokens.ID_LENGTH})")
    end: ColumnElement[str] = literal_column(f"substr(span.value, {tokens.ID_LENGTH + 1}, {tokens.ID_LENGTH})")
    number = query.within(low, end).ids().with_only_columns(func.count(), maintain_column_froms=True)
    given = literal(json.dumps([one.first_id + one.end_id for one in spans]), String)
    is_sqlite = uow.session.get_bind().dialect.name == "sqlite"
    lines = func.json_each(given) if is_sqlite else func.json_array_elements_text(cast(given, JSON))
    span = lines.table_valued("value", name="span")
    rows = await (await uow.session.connection()).execute(sql_select(number.scalar_subquery()).select_from(span))
    return [int(found) for found in rows.scalars()]


def _of(day: date, wanted: Filter) -> Filter:
    return replace(wanted, since=day, until=day)


def _day_of(id: str, wanted: Filter) -> date:
    return tokens.made_at(id[: tokens.ID_LENGTH]).astimezone(zone_named(wanted.zone)).date()
