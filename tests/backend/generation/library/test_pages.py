"""Pages of the library: in order, to the far end, nothing twice and nothing left out, whatever the filter is."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import col, update

from kaleipix_app.backend.generation.library import pages
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.media.models import Image
from tests.backend.generation.library.conftest import BEGAN, Shelf


@pytest.mark.parametrize("limit", [1, 2, 3, 40])
async def test_pages_come_to_the_far_end_in_both_orders(shelf: Shelf, limit: int) -> None:
    for number in range(4):
        await shelf.make(f"number {number} of a tower", count=1 + number % 3)
    await shelf.bring()
    await shelf.make("a tower of another person", owner="bob")
    mine = shelf.ids[:-1]
    made = mine[:-1]
    assert await shelf.found(Filter(), limit=limit) == mine[::-1]
    assert await shelf.found(Filter(oldest_first=True), limit=limit) == mine
    for search in ("tower", "TOW", "of a tower"):
        assert await shelf.found(Filter(text=search), limit=limit) == made[::-1]
        assert await shelf.found(Filter(text=search, oldest_first=True), limit=limit) == made
    assert await shelf.found(Filter(model="kaleidoscope"), limit=limit) == made[::-1]
    assert await shelf.count(Filter()) == len(mine)
    assert await shelf.count(Filter(text="tower")) == len(made)


async def test_each_filter_finds_what_it_says(shelf: Shelf) -> None:
    (castle,) = await shelf.make("a castle by the sea")
    (neon,) = await shelf.make("Neon castle at night", model="fal-flux", provider="fal")
    (other,) = await shelf.make("a garden", model="fal-flux", provider="fal")
    source = await shelf.bring()
    await shelf.bring("mask")  # belongs to its generation and is no picture to keep
    async with shelf.db.unit_of_work() as uow:
        await uow.session.exec(update(Image).where(col(Image.id) == neon).values(is_favourite=True))
    for wanted, expected in (
        (Filter(text="castle"), [neon, castle]),
        (Filter(text="castle neon"), [neon]),
        (Filter(text="cas"), [neon, castle]),
        (Filter(text="castle at n"), [neon]),
        (Filter(text="astle"), []),
        (Filter(text="castle", model="fal-flux"), [neon]),
        (Filter(text="castle", provider="builtin"), [castle]),
        (Filter(text="!?"), []),
        (Filter(provider="fal"), [other, neon]),
        (Filter(provider="fal", kind="source"), []),
        (Filter(kind="source"), [source]),
        (Filter(kind="result"), [other, neon, castle]),
        (Filter(favourites=True), [neon]),
        (Filter(favourites=True, text="castle", provider="fal"), [neon]),
        (Filter(favourites=True, text="sea"), []),
    ):
        assert await shelf.found(wanted) == expected, wanted
        assert await shelf.count(wanted) == len(expected), wanted
        async with shelf.db.reading() as uow:
            assert sorted(await pages.ids(uow, shelf.ann.user_id, wanted)) == sorted(expected), wanted
        assert await shelf.found(wanted, owner="bob") == [], wanted


async def test_days_are_those_of_the_person(shelf: Shelf) -> None:
    for _ in range(20):  # from noon of 1 March to the next morning, in UTC
        await shelf.make("an hour")
    first = Filter(until=date(2026, 3, 1))
    assert await shelf.count(first) == 12
    assert await shelf.count(Filter(since=date(2026, 3, 2), text="hour")) == 8
    assert await shelf.count(Filter(until=date(2026, 3, 1), zone="Asia/Tokyo")) == 3
    assert await shelf.count(Filter(until=date(2026, 3, 1), zone="no/such/place")) == 12
    assert await shelf.count(Filter(since=date(2026, 3, 1), until=date(2026, 3, 1), model="kaleidoscope")) == 12


async def test_what_is_deleted_is_not_there(shelf: Shelf) -> None:
    await shelf.make("two of a kind", count=2)
    async with shelf.db.unit_of_work() as uow:
        await uow.session.exec(
            update(Image).where(col(Image.id) == shelf.ids[0]).values(deleted_at=BEGAN, is_favourite=True)
        )
    for wanted in (Filter(), Filter(text="kind"), Filter(model="kaleidoscope")):
        assert await shelf.found(wanted) == [shelf.ids[1]]
    assert await shelf.found(Filter(favourites=True)) == []


async def test_a_count_ends_where_it_says_nothing_more(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 2)
    for _ in range(4):
        await shelf.make("many")
    assert await shelf.count(Filter()) == await shelf.count(Filter(text="many")) == 3


async def test_a_range_has_both_its_ends(shelf: Shelf) -> None:
    for _ in range(5):
        await shelf.make("in a row")
    async with shelf.db.reading() as uow:
        found = await pages.ids(uow, shelf.ann.user_id, Filter(text="row"), shelf.ids[1], shelf.ids[3])
    assert sorted(found) == shelf.ids[1:4]
