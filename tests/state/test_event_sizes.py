"""An event is small, however much is on the screen: what a slow phone waits for."""

from __future__ import annotations

from typing import Any

import pytest
from reflex_base.utils.format import json_dumps

from kaleipix_app.state.composer import Composer
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.trash import TrashBin
from tests.house import House
from tests.made import made
from tests.state.harness import Events, Tab

_MOST = 20_000  # bytes
_WIDE = "𝕏" * 2000  # the longest prompt in the widest letters


def _bytes(delta: Any) -> int:
    return len(json_dumps(delta, ensure_ascii=False).encode())


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    """Ann's, with as much of her history on the screen as the studio shows: far over 50 pictures."""
    for number in range(60):
        await made(house.parts, house.ann.user_id, number, _WIDE, count=4 if number % 2 else 1)
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Studio.open())
    while (await tab.state(Studio)).has_more:
        await tab.send(Studio.show_more())
    return tab


async def test_no_event_of_a_full_studio_is_over_20_kb(house: House, tab: Tab) -> None:
    studio = await tab.state(Studio)
    pictures = [id for one in studio.made for id in one.results]
    assert len(pictures) > 50
    await tab.send(Studio.choose(pictures[30]))
    await tab.send(Studio.step(1))
    await tab.send(Studio.set_follow(False))
    await tab.send(Composer.reuse(studio.made[3].id))
    await tab.send(TrashBin.delete(pictures[2]))
    await made(house.parts, house.ann.user_id, 999, _WIDE, count=4)
    await tab.send(Studio.show_newest())
    await tab.send(Studio.open())
    sizes = [_bytes(delta) for delta in tab.deltas]
    assert max(sizes) < _MOST, sizes
