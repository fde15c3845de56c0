"""RunPod in a whole installation: what an operator sets, what is then offered, and a picture from click to storage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.machine import FINAL, State
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.providers.runpod.failures import NO_MEMORY
from kaleipix_app.backend.settings import BadSettings, Settings, load, names
from tests.backend.providers.runpod.conftest import CANARY, KEY, Studio
from tests.emulators.server import serving
from tests.factories import a_person

PAIRS = "sdxl=sdxl, comfy-portrait=comfyui"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio: Studio) -> Settings:
    """As an operator sets them: from the environment, with nothing else in it."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RUNPOD_API_KEY", KEY)
    monkeypatch.setenv("KALEIPIX_RUNPOD_URL", f"{studio.url}/v2/")
    monkeypatch.setenv("KALEIPIX_RUNPOD_ENDPOINTS", PAIRS)
    return load()


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Container]:
    made = Container(settings)
    async with made.db.engine.begin() as connection:
        await connection.run_sync(made.tables.create_all)
    async with made.running():
        yield made


def test_only_models_with_an_endpoint_are_offered(settings: Settings) -> None:
    assert [key for key, model in Container(settings).models.items() if model.provider == "runpod"] == [
        "sdxl",
        "comfy-portrait",
    ]
    without_key = settings.model_copy(update={"runpod_api_key": None})
    assert not [model for model in Container(without_key).models.values() if model.provider == "runpod"]
    assert "runpod" not in Container(without_key).providers
    assert KEY not in f"{settings!r} {settings.model_dump_json()}"


@pytest.mark.parametrize("name", ["flux-nowhere", "kaleidoscope"])
def test_an_endpoint_of_no_model_is_refused_by_name(settings: Settings, name: str) -> None:
    wrong = settings.model_copy(update={"runpod_endpoints": {"sdxl": "a", name: "b"}})
    with pytest.raises(BadSettings, match=f"KALEIPIX_RUNPOD_ENDPOINTS cannot be used: there is no model '{name}'"):
        Container(wrong)


async def _ann(parts: Container) -> Viewer:
    async with parts.db.unit_of_work() as uow:
        ann = await a_person(uow, "ann", parts.clock.now())
        await parts.transfers.acknowledge(uow, ann, "runpod")
    return ann


async def _ordered(parts: Container, viewer: Viewer) -> str:
    async with parts.db.unit_of_work() as uow:
        return await parts.generations.request(uow, viewer, Draft("sdxl", "a fox in the snow", "1:1", seed=5))


async def _record(parts: Container, viewer: Viewer, generation_id: str) -> Record:
    async with parts.db.reading() as uow:
        return await parts.history.one(uow, viewer.user_id, generation_id)


async def test_from_the_click_to_a_stored_picture(parts: Container, studio: Studio) -> None:
    ann = await _ann(parts)
    generation_id = await _ordered(parts, ann)
    async with asyncio.timeout(20):
        while (record := await _record(parts, ann, generation_id)).state not in FINAL:
            await asyncio.sleep(0.01)
    assert record.state is State.DONE
    assert [(one.seed, one.width, one.height) for one in record.results] == [(5, 1024, 1024)]
    assert studio.pod.submissions().jobs == 1


async def test_a_failure_ends_in_a_sentence_and_returned_credits(parts: Container, studio: Studio) -> None:
    studio.pod.script("job", "crash", message=f"CUDA out of memory: {CANARY}")
    ann = await _ann(parts)
    generation_id = await _ordered(parts, ann)
    async with asyncio.timeout(20):
        while (record := await _record(parts, ann, generation_id)).state not in FINAL:
            await asyncio.sleep(0.01)
    assert record.state is State.FAILED
    assert record.error_sentence == NO_MEMORY


async def test_the_webhook_is_there_only_while_runpod_is_on(settings: Settings, tmp_path: Path) -> None:
    token_of = Container(settings.model_copy(update={"public_url": "https://studio.example"})).callbacks.address
    path = token_of("runpod", "g1").removeprefix("https://studio.example")
    for key, expected in ((settings.runpod_api_key, 200), (None, 404)):
        parts = Container(settings.model_copy(update={"runpod_api_key": key}))
        async with parts.db.engine.begin() as connection:
            await connection.run_sync(parts.tables.create_all)
        async with serving(parts.api_app()) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:
            assert (await http.post(path, content=b'{"id": "abc"}')).status_code == expected
            assert (await http.post(path[:-1] + "0", content=b'{"id": "abc"}')).status_code == 404
        for provider in parts.providers.values():
            await provider.close()
        await parts.db.close()
