"""`GET /api/library.zip`: whole, marked, of any size, and for nobody but its owner."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import httpx
import pytest

from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.library.filters import Filter, Selection
from kaleipix_app.backend.generation.library.selections import Selections
from kaleipix_app.backend.media.provenance import SourceType, read_mark
from tests.conftest import MovableClock
from tests.house import House


async def get(house: House, selection: Selection, who: str = "ann") -> httpx.Response:
    name = house.parts.selections.keep(house.ann.user_id, selection)
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        cookie = house.cookies.get(who, "")
        return await client.get("/api/library.zip", params={"selection": name}, headers={"cookie": cookie})


@pytest.mark.parametrize("everything", [True, False])
async def test_results_sources_and_settings(house: House, everything: bool) -> None:
    selection = Selection(all_of=Filter()) if everything else Selection(frozenset({house.result_id}))
    answer = await get(house, selection)
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = sorted(archive.namelist())
        (result,) = [name for name in names if name.startswith("results/")]
        assert names == [result, f"settings/{house.done_id}.json", f"sources/{house.source_id}.png"]
        assert "a-prompt-that-only-ann-knows" in result
        assert read_mark(archive.read(result)) is SourceType.ALGORITHMIC
        settings = json.loads(archive.read(f"settings/{house.done_id}.json"))
    assert (settings["prompt"], settings["asked"]["settings"]["style"]) == (house.SECRET, "pixel")
    assert settings["digital_source_type"].endswith("/algorithmicMedia")
    assert (settings["source"], settings["mask"]) == (f"sources/{house.source_id}.png", None)
    assert [one["file"] for one in settings["results"]] == [result]


@pytest.mark.parametrize("who", ["bob", "nobody"])
async def test_somebody_elses_selection_does_not_exist(house: House, who: str) -> None:
    answer = await get(house, Selection(all_of=Filter()), who)
    assert (answer.status_code, answer.content) == (404, b"Not found")


async def test_ids_of_somebody_else_in_ones_own_selection_give_nothing(house: House) -> None:
    name = house.parts.selections.keep(house.bob.user_id, Selection(frozenset(house.owned)))
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        answer = await client.get(f"/api/library.zip?selection={name}", headers={"cookie": house.cookies["bob"]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == []


def test_a_selection_is_soon_forgotten(clock: MovableClock) -> None:
    selections = Selections(clock)
    name = selections.keep("ann", Selection())
    assert selections.get(name, "ann") == Selection()
    clock.time += timedelta(minutes=15)
    with pytest.raises(NotFound):
        selections.get(name, "ann")
