"""The library as days: their numbers are those of the pages, and every place of it is reached by one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from sqlmodel import col, update

from kaleipix_app.backend.generation.library import days, pages
from kaleipix_app.backend.generation.library.days import Day
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.media.models import Image
from tests.backend.generation.library.conftest import Shelf

FILTERS = (
    Filter(),
    Filter(text="tower"),
    Filter(text="tow"),
    Filter(text="tower", model="kaleidoscope"),
    Filter(provider="builtin"),
    Filter(kind="source"),
    Filter(favourites=True),
    Filter(zone="Asia/Tokyo"),
    Filter(since=date(2026, 3, 2), zone="America/Lima"),
)


async def told(shelf: Shelf, wanted: Filter) -> list[Day]:
    async with shelf.db.reading() as uow:
        return await days.days(uow, shelf.ann.user_id, wanted)


async def at(shelf: Shelf, wanted: Filter, day: date, skip: int) -> Sequence[str]:
    async with shelf.db.reading() as uow:
        after = await days.place(uow, shelf.ann.user_id, wanted, day, skip)
        page = await pages.page(uow, shelf.ann.user_id, wanted, after=after, limit=3) if after is not None else []
    return [one.picture.id for one in page]


@pytest.fixture
async def full(shelf: Shelf) -> Shelf:
    """Pictures of three days, one an hour; some favourites, some sources, somebody else's between them."""
    for number in range(40):
        await shelf.make(f"number {number} of a tower" if number % 3 else "a quiet garden", count=1 + number % 2)
        if number % 9 == 4:
            await shelf.bring()
        if number % 10 == 5:
            await shelf.make("a tower of another person", owner="bob")
    async with shelf.db.unit_of_work() as uow:
        await uow.session.exec(update(Image).where(col(Image.id).in_(shelf.ids[::7])).values(is_favourite=True))
    return shelf


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_every_place_is_where_its_number_says(full: Shelf, oldest_first: bool) -> None:
    for one in FILTERS:
        wanted = Filter(**{**one.__dict__, "oldest_first": oldest_first})
        everything = await full.found(wanted)
        counted = await told(full, wanted)
        assert sum(day.count for day in counted) == len(everything), wanted
        assert [day.date for day in counted] == sorted((day.date for day in counted), reverse=not oldest_first)
        before = 0
        for day in counted:
            for skip in {0, 1, day.count // 2, day.count - 1}:
                expected = everything[before + skip : before + skip + 3]
                assert await at(full, wanted, day.date, skip) == expected, (wanted, day, skip)
            before += day.count


async def test_days_are_those_of_the_person(shelf: Shelf) -> None:
    for _ in range(20):  # from noon of 1 March to the next morning, in UTC
        await shelf.make("an hour")
    assert await told(shelf, Filter()) == [Day(date(2026, 3, 2), 8), Day(date(2026, 3, 1), 12)]
    assert await told(shelf, Filter(zone="Asia/Tokyo")) == [Day(date(2026, 3, 2), 17), Day(date(2026, 3, 1), 3)]
    assert await told(shelf, Filter(until=date(2026, 3, 1))) == [Day(date(2026, 3, 1), 12)]


async def test_nothing_has_no_days_and_no_places(shelf: Shelf) -> None:
    await shelf.make("a tower")
    for wanted in (Filter(text="nowhere"), Filter(text="!?"), Filter(favourites=True)):
        assert await told(shelf, wanted) == []
        assert await at(shelf, wanted, date(2026, 3, 1), 0) == []
    assert await at(shelf, Filter(), date(2026, 3, 1), 5) == []


async def test_days_beyond_the_most_that_are_told_count_as_the_last(
    full: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MOST_DAYS", 2)
    for oldest_first in (False, True):
        wanted = Filter(oldest_first=oldest_first)
        everything = await full.found(wanted)
        first, rest = await told(full, wanted)
        assert first.count + rest.count == len(everything)
        far = len(everything) - 2
        assert await at(full, wanted, rest.date, far - first.count) == everything[far:]
