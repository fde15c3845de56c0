"""Another username: the same rules as for the first, three times a day."""

from __future__ import annotations

import asyncio

import pytest

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import BadInput, Conflict, TooMany
from tests.backend.accounts.desk import Desk
from tests.conftest import MovableClock


@pytest.fixture
async def ann(desk: Desk) -> Viewer:
    return await desk.signed_in("ann@example.com", "ann")


async def name_of(desk: Desk, viewer: Viewer) -> str:
    async with desk.db.reading() as uow:
        return (await uow.session.get_one(User, viewer.user_id)).username


async def test_the_session_stays_and_knows_the_new_name(desk: Desk, ann: Viewer) -> None:
    assert await desk.rename(ann, "Nova") == "nova"
    assert await name_of(desk, ann) == "nova"
    assert desk.rung == [ann.user_id]


async def test_names_of_others_and_their_look_alikes_are_refused_and_ones_own_are_not(desk: Desk, ann: Viewer) -> None:
    await desk.join("bob@example.com", "tom")
    for taken in ("tom", "torn", "t-om"):
        with pytest.raises(Conflict, match="taken"):
            await desk.rename(ann, taken)
    for reserved in ("admin", "adm1n", "kaleipix-team", "x", "ann"):
        with pytest.raises(BadInput):
            await desk.rename(ann, reserved)
    assert await name_of(desk, ann) == "ann"
    assert await desk.rename(ann, "a-nn") == "a-nn"


async def test_of_two_who_want_one_name_at_once_one_gets_it(desk: Desk, ann: Viewer) -> None:
    bob = await desk.signed_in("bob@example.com", "bob")
    outcomes = await asyncio.gather(*(desk.rename(viewer, "nova") for viewer in (ann, bob)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "str"]


async def test_three_changes_a_day_and_refusals_do_not_count(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    for name in ("nova-one", "admin", "nova-two", "admin", "nova-three"):
        if name == "admin":
            with pytest.raises(BadInput):
                await desk.rename(ann, name)
        else:
            await desk.rename(ann, name)
    with pytest.raises(TooMany, match="24 hours"):
        await desk.rename(ann, "nova-four")
    clock.move(days=1)
    assert await desk.rename(ann, "nova-four") == "nova-four"


async def test_the_old_name_is_free_for_others(desk: Desk, ann: Viewer) -> None:
    await desk.rename(ann, "nova")
    assert (await desk.join("bob@example.com", "ann")).username == "ann"
