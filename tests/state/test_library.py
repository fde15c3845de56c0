"""The library's half on the server: pages, changes, selection, and what is done with it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.library.days import MOST_DAYS, Day
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.state import library as library_module
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.library import Library
from kaleipix_app.state.library_address import address_of, filter_of, query_of
from kaleipix_app.state.library_views import days_text
from kaleipix_app.state.picture_detail import PictureDetail
from kaleipix_app.state.selection import Chosen
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.trash import TrashBin
from tests.house import House
from tests.state.harness import Events, Tab


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Library.open())
    return tab


async def ids(tab: Tab) -> list[str]:
    return [one.id for one in (await tab.state(Library)).page.items]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "a castle", "model": "m", "provider": "p", "kind": "source", "favourites": "1", "collection": "c"},
        {"from": "2026-01-01", "to": "2026-02-01", "sort": "oldest"},
    ],
)
def test_an_address_says_the_whole_filter(query: dict[str, str]) -> None:
    assert query_of(filter_of(query)) == query


def test_what_makes_no_sense_in_an_address_is_left_out() -> None:
    wrong = {"from": "yesterday", "to": "0001-01-01", "kind": "mask", "favourites": "yes", "sort": "size", "x": "y"}
    assert filter_of(wrong) == Filter()
    assert address_of("ann", {"q": "a&b", "model": ""}) == "/w/ann/library?q=a%26b"


async def test_everything_that_is_kept_is_shown(house: House, tab: Tab) -> None:
    library = await tab.state(Library)
    assert await ids(tab) == [house.result_id, house.source_id]
    assert (library.ready, library.total, library.page.ended) == (True, "2", True)
    assert [one.alt for one in library.page.items] == [house.SECRET, "A picture of your own"]


async def test_no_event_is_over_20_kb(house: House, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full page of the longest prompts in the widest letters."""
    real = house.parts.library.page

    async def full(uow: UnitOfWork, owner_id: str, wanted: Filter, *_: Any) -> list[Any]:
        one = (await real(uow, owner_id, wanted))[0]
        return [type(one)(one.picture, "𝕏" * 2000, one.made_at)] * library_module.PAGE

    async def long(*_: Any) -> list[Day]:
        return [Day(date(2026, 3, 1) - timedelta(days=number), 100 + number % 99) for number in range(MOST_DAYS)]

    monkeypatch.setattr(house.parts.library, "from_place", full)
    monkeypatch.setattr(house.parts.library, "days", long)
    tab.deltas.clear()
    await tab.send(Library.fill("2026-03-01", 0))
    await tab.send(Library.tell_days())
    assert len((await tab.state(Library)).page.items) == library_module.PAGE
    assert max(len(json.dumps(delta, default=vars, ensure_ascii=False).encode()) for delta in tab.deltas) < 20_000


def test_days_are_told_in_few_words() -> None:
    days = [Day(date(2026, 3, 2), 12), Day(date(2026, 3, 1), 3), Day(date(2026, 2, 27), 5)]
    assert (days_text(days), days_text([])) == ("2026-03-02:12 3 2:5", "")


async def test_a_page_from_anywhere_and_nothing_for_what_is_no_place(house: House, tab: Tab) -> None:
    await tab.send(Library.tell_days())
    library = await tab.state(Library)
    day, count = library.days.text.split(":")
    assert (count, library.total, library.days.page) == ("2", "2", library.page.version)
    await tab.send(Library.fill(day, 1))
    library = await tab.state(Library)
    assert ([one.id for one in library.page.items], library.page.place) == ([house.source_id], f"{day} 1")
    for wrong in (("yesterday", 0), (day, -1), (day, 10**12)):
        await tab.send(Library.fill(*wrong))
        assert (await tab.state(Library)).page == library.page


async def test_deleting_a_selection_and_taking_it_back(house: House, tab: Tab) -> None:
    await tab.send(Studio.cancel(house.queued_id))
    await tab.send(Chosen.select_all())
    assert (await tab.state(Chosen)).count == "2"
    await tab.send(Chosen.toggle(house.source_id, False))
    assert (await tab.state(Chosen)).count == "1"
    await tab.send(Chosen.delete(""))
    library, chosen = await tab.state(Library), await tab.state(Chosen)
    assert (library.change.removed, library.total, chosen.count) == ([house.result_id], "1", "")
    assert (await tab.state(TrashBin)).undo == "Deleted. It is kept in the trash for 30 days."
    await tab.send(TrashBin.take_back())
    library = await tab.state(Library)
    assert ([one.id for one in library.change.put], library.total) == ([house.result_id], "2")


async def test_what_is_done_is_done_to_the_list_that_was_selected_whatever_is_looked_at_by_then(
    house: House, tab: Tab
) -> None:
    tab.address = "/w/ann/library?kind=result"
    await tab.send(Library.open())
    await tab.send(Chosen.select_all())
    tab.address = "/w/ann/library?kind=source"
    await tab.send(Library.open())
    await tab.send(Chosen.mark(True))
    async with house.parts.db.reading() as uow:
        kept = await house.parts.library.page(uow, house.ann.user_id, Filter())
    assert [one.picture.is_favourite for one in kept] == [True, False]


async def test_pictures_that_joined_the_list_after_it_was_selected_are_looked_at_first(house: House, tab: Tab) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        trip = await parts.collections.create(uow, house.ann, "Trip")
        await parts.collections.add(uow, house.ann, trip.id, [house.result_id])
    tab.address = f"/w/ann/library?collection={trip.id}"
    await tab.send(Library.open())
    await tab.send(Chosen.select_all())
    assert (await tab.state(Chosen)).count == "1"
    async with parts.db.unit_of_work() as uow:
        await parts.collections.add(uow, house.ann, trip.id, [house.source_id])
    await tab.send(Chosen.mark(True))
    library, chosen = await tab.state(Library), await tab.state(Chosen)
    assert library.error == "There are more pictures in this list by now. Look at them, then select again."
    assert ([one.favourite for one in library.page.items], library.total, chosen.count) == ([False, False], "2", "")
    await tab.send(Chosen.select_all())
    await tab.send(Chosen.mark(True))
    async with parts.db.reading() as uow:
        assert [one.picture.is_favourite for one in await parts.library.page(uow, house.ann.user_id, Filter())] == [
            True,
            True,
        ]


async def test_a_source_of_something_unfinished_stays(house: House, tab: Tab) -> None:
    await tab.send(Chosen.select_all())
    await tab.send(Chosen.delete(""))
    library = await tab.state(Library)
    assert library.error == "Pictures that something is being made from stayed: 1."
    assert library.change.removed == [house.result_id]


async def test_a_range_and_favourites(house: House, tab: Tab) -> None:
    await tab.send(Chosen.span(house.result_id, house.source_id))
    assert (await tab.state(Chosen)).count == "2"
    await tab.send(Chosen.mark(True))
    library = await tab.state(Library)
    assert [one.favourite for one in library.change.put] == [True, True]
    await tab.send(PictureDetail.favourite(house.result_id))
    assert [(one.id, one.favourite) for one in (await tab.state(Library)).change.put] == [(house.result_id, False)]


async def test_a_collection_from_a_selection(house: House, tab: Tab) -> None:
    await tab.send(Chosen.toggle(house.result_id, True))
    await tab.send(Chosen.ask_name("new"))
    await tab.send(Chosen.name({"name": ""}))
    assert "needs a name" in (await tab.state(Chosen)).error
    await tab.send(Chosen.name({"name": "Trip"}))
    library, chosen = await tab.state(Library), await tab.state(Chosen)
    assert ([one.label for one in library.collections], chosen.naming, chosen.count) == (["Trip"], "", "")
    wanted = Filter(collection=library.collections[0].value)
    async with house.parts.db.reading() as uow:
        (kept,) = await house.parts.library.page(uow, house.ann.user_id, wanted)
    assert kept.picture.id == house.result_id


@pytest.mark.parametrize(
    ("way", "prompt", "seed", "style"),
    [("remix", True, False, "pixel"), ("all", True, True, "pixel"), ("prompt", True, False, "kaleidoscope")],
)
async def test_using_a_picture_again(house: House, tab: Tab, way: str, prompt: bool, seed: bool, style: str) -> None:
    await tab.send(PictureDetail.show(house.result_id))
    shown = (await tab.state(PictureDetail)).shown
    facts = {line.label: line.value for line in shown.lines}
    assert (facts["Style"], facts["How"]) == ("Pixel", "Made by an algorithm, not AI")
    await tab.send(PictureDetail.use(way))
    composer = await tab.state(Composer)
    assert composer.prompt == (house.SECRET if prompt else "")
    assert composer.seed == (facts["Seed"] if seed else "")
    assert composer.params["style"] == style
    assert tab.redirected()
    assert (await tab.state(PictureDetail)).shown.id == ""


async def test_only_the_seed(house: House, tab: Tab) -> None:
    await tab.send(PictureDetail.show(house.result_id))
    await tab.send(PictureDetail.use("seed"))
    composer = await tab.state(Composer)
    assert (composer.seed != "", composer.prompt, composer.sources) == (True, "", [])


async def test_news_come_on_top_and_what_went_elsewhere_goes(house: House, tab: Tab) -> None:
    (lease,) = await house.parts.queue.claim("test", {"builtin": 1})
    await house.parts.engine._worker.run(lease)
    library = await tab.state(Library)
    version = library.page.version
    await library._refresh(house.ann)
    assert ([one.id[:-1] for one in library.change.put], library.total) == ([house.queued_id], "3")
    assert library.page.version == version
    async with house.parts.db.unit_of_work() as uow:
        await house.parts.deletions.delete(uow, house.ann, house.result_id)
    await library._refresh(house.ann)
    assert (library.page.version, library.total, len(library.page.items)) == (version + 1, "2", 2)


async def test_a_selection_for_the_archive_is_its_owners_alone(house: House, tab: Tab) -> None:
    await tab.send(Chosen.toggle(house.result_id, True))
    await tab.send(Chosen.zip())
    (name,) = house.parts.selections._kept
    assert house.parts.selections.get(name, house.ann.user_id).ids == {house.result_id}
    with pytest.raises(NotFound):
        house.parts.selections.get(name, house.bob.user_id)
