"""What comes to the stage by itself, as one tab shows it."""

from __future__ import annotations

import pytest

from kaleipix_app.state.studio import Studio
from tests.house import House
from tests.made import made
from tests.state.harness import Events, Tab


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    """Ann's, with a long past."""
    for number in range(20):
        await made(house.parts, house.ann.user_id, number, f"number {number}")
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Studio.open())
    return tab


@pytest.mark.parametrize("follow", [True, False])
async def test_older_history_is_nothing_new(follow: bool, tab: Tab) -> None:
    await tab.send(Studio.set_follow(follow))
    chosen = (await tab.state(Studio)).made[5].results[0]
    await tab.send(Studio.choose(chosen))
    await tab.send(Studio.show_more())
    studio = await tab.state(Studio)
    assert len(studio.made) > 12
    assert (studio.stage.id, studio.fresh) == (chosen, 0)


async def test_what_came_meanwhile_takes_the_stage_only_while_it_is_followed(house: House, tab: Tab) -> None:
    await tab.send(Studio.set_follow(False))
    chosen = (await tab.state(Studio)).made[5].results[0]
    await tab.send(Studio.choose(chosen))
    await made(house.parts, house.ann.user_id, 50, "in another tab", count=2)
    await tab.send(Studio.open())
    studio = await tab.state(Studio)
    assert (studio.stage.id, studio.fresh) == (chosen, 2)
    await tab.send(Studio.set_follow(True))
    await made(house.parts, house.ann.user_id, 51, "in another tab again")
    await tab.send(Studio.open())
    assert (await tab.state(Studio)).stage.prompt == "in another tab again"


async def test_what_took_longer_than_what_was_asked_for_later_is_shown_too(house: House, tab: Tab) -> None:
    await made(house.parts, house.ann.user_id, 60, "asked for later")
    await tab.send(Studio.open())
    await made(house.parts, house.ann.user_id, 55, "took longer")
    await tab.send(Studio.open())
    assert (await tab.state(Studio)).stage.prompt == "took longer"
