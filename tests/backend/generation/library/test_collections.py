"""Collections belong to one person; pictures come in and go out, and both can be deleted without the other."""

from __future__ import annotations

import pytest
from sqlmodel import col, delete

from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.generation.library.collections import Collections
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.media.models import Image
from tests.backend.generation.library.conftest import Shelf
from tests.conftest import MovableClock


@pytest.fixture
def collections(clock: MovableClock) -> Collections:
    return Collections(clock)


async def test_pictures_go_in_and_out_and_are_found_there(shelf: Shelf, collections: Collections) -> None:
    for number in range(5):
        await shelf.make(f"castle {number}")
    (foreign,) = await shelf.make("castle of Bob", owner="bob")
    chosen = shelf.ids[1:4]
    async with shelf.db.unit_of_work() as uow:
        trip = await collections.create(uow, shelf.ann, "  My   trip ")
        assert trip.name == "My trip"
        assert await collections.add(uow, shelf.ann, trip.id, [*chosen, foreign, "unknown"]) == chosen
        assert await collections.add(uow, shelf.ann, trip.id, chosen) == []
        assert await collections.of_picture(uow, shelf.ann.user_id, chosen[0]) == {trip.id}
    assert await shelf.found(Filter(collection=trip.id)) == chosen[::-1]
    assert await shelf.found(Filter(collection=trip.id, oldest_first=True)) == chosen
    assert await shelf.found(Filter(collection=trip.id, text="castle 2")) == [shelf.ids[2]]
    assert await shelf.count(Filter(collection=trip.id)) == 3
    assert await shelf.found(Filter(collection=trip.id), owner="bob") == []
    async with shelf.db.unit_of_work() as uow:
        assert await collections.remove(uow, shelf.ann, trip.id, [chosen[0], "unknown"]) == 1
    assert await shelf.found(Filter(collection=trip.id)) == [chosen[2], chosen[1]]


async def test_a_stranger_can_do_nothing_with_it(shelf: Shelf, collections: Collections) -> None:
    await shelf.make("castle")
    async with shelf.db.unit_of_work() as uow:
        trip = await collections.create(uow, shelf.ann, "Trip")
    for command in (
        lambda uow: collections.add(uow, shelf.bob, trip.id, shelf.ids),
        lambda uow: collections.remove(uow, shelf.bob, trip.id, shelf.ids),
        lambda uow: collections.rename(uow, shelf.bob, trip.id, "Mine"),
        lambda uow: collections.delete(uow, shelf.bob, trip.id),
    ):
        with pytest.raises(NotFound):
            async with shelf.db.unit_of_work() as uow:
                await command(uow)
    async with shelf.db.reading() as uow:
        assert [one.name for one in await collections.mine(uow, shelf.ann.user_id)] == ["Trip"]
        assert await collections.mine(uow, shelf.bob.user_id) == []


async def test_names(shelf: Shelf, collections: Collections) -> None:
    async with shelf.db.unit_of_work() as uow:
        first = await collections.create(uow, shelf.ann, "Trip")
        second = await collections.create(uow, shelf.ann, "Winter")
        await collections.rename(uow, shelf.ann, first.id, "trip")
        with pytest.raises(Conflict):
            await collections.rename(uow, shelf.ann, second.id, "TRIP")
        for wrong in ("", "   ", "x" * 61):
            with pytest.raises(BadInput):
                await collections.create(uow, shelf.ann, wrong)
        await collections.create(uow, shelf.bob, "Trip")


async def test_either_goes_without_the_other(shelf: Shelf, collections: Collections) -> None:
    for number in range(2):
        await shelf.make(f"castle {number}")
    async with shelf.db.unit_of_work() as uow:
        trip = await collections.create(uow, shelf.ann, "Trip")
        await collections.add(uow, shelf.ann, trip.id, shelf.ids)
    async with shelf.db.unit_of_work() as uow:
        await uow.session.exec(delete(Image).where(col(Image.id) == shelf.ids[0]))
    assert await shelf.found(Filter(collection=trip.id)) == [shelf.ids[1]]
    async with shelf.db.unit_of_work() as uow:
        await collections.delete(uow, shelf.ann, trip.id)
    assert await shelf.found(Filter()) == [shelf.ids[1]]
