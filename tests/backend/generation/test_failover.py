"""A model that two providers offer, with both of them emulated: one is down, the other makes the picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.settings import Settings
from tests.backend.generation.conftest import Pipeline
from tests.conftest import MovableClock
from tests.emulators import fal, runpod
from tests.emulators.server import serving


class Both(Pipeline):
    """An installation with real adapters and emulated providers."""

    def __init__(self, settings: Settings, clock: MovableClock) -> None:
        self.settings, self.clock = settings, clock
        self.fal, self.runpod = fal.Fal(), runpod.RunPod()
        self.parts = Container(settings, clock=clock)


@pytest.fixture
async def both(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Both]:
    emulated_fal, emulated_runpod = fal.Fal(), runpod.RunPod()
    async with serving(emulated_fal) as fal_url, serving(emulated_runpod) as runpod_url:
        settings = Settings(
            data_dir=tmp_path / "data",
            fal_key=SecretStr("an-id:a-secret"),
            fal_queue_url=fal_url,
            fal_rest_url=fal_url,
            fal_cdn_url=fal_url,
            runpod_api_key=SecretStr("a-key"),
            runpod_url=f"{runpod_url}/v2",
            runpod_endpoints={"comfy-flux-schnell": "comfyui"},
        )
        made = Both(settings, clock)
        made.fal, made.runpod = emulated_fal, emulated_runpod
        await made.prepare()
        async with made.parts.db.unit_of_work() as uow:
            for provider in ("fal", "runpod"):
                await made.parts.transfers.acknowledge(uow, made.ann, provider)
        yield made
        for maker in made.parts.providers.values():
            await maker.close()
        await made.parts.outgoing.close()
        made.parts.ingest.close()
        await made.parts.db.close()


async def test_after_five_failures_the_others_are_made_by_the_partner_at_the_same_price(both: Both) -> None:
    both.fal.script("submit", "error", times=None, status=503)
    async with both.working():
        for _ in range(5):
            failed = await both.until(await both.request(model="flux-schnell"))
            assert (failed.state, failed.error_code) == (State.FAILED, "provider_down")
        assert await both.balance() == 40
        asked = {"num_inference_steps": 6, "acceleration": "high"}
        moved = await both.until(await both.request(model="flux-schnell", count=2, params=asked))
    assert (moved.state, moved.model, len(moved.results)) == (State.DONE, "comfy-flux-schnell", 2)
    assert moved.params == {"num_inference_steps": 6}, "what both have is kept"
    assert await both.balance() == 38
    assert both.fal.submissions().jobs == 0
    assert both.runpod.submissions().jobs == 1
