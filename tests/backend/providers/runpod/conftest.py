"""RunPod's adapter against an emulated RunPod, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from structlog.testing import capture_logs

from kaleipix_app.backend.providers.base import Delivered, Order, Update
from kaleipix_app.backend.providers.catalogue import MODELS, Model, RunpodWire
from kaleipix_app.backend.providers.circuit import Circuit
from kaleipix_app.backend.providers.outgoing import Outgoing
from kaleipix_app.backend.providers.runpod.api import Api
from kaleipix_app.backend.providers.runpod.provider import RunpodProvider
from kaleipix_app.backend.providers.runpod.watch import Pace
from tests.emulators.runpod import RunPod
from tests.emulators.runpod import Settings as Options
from tests.emulators.server import serving

KEY = "a-key-that-only-tests-know"
CANARY = "canary-in-a-prompt"
ENDPOINTS = {"sdxl": "sdxl", "comfy-portrait": "comfyui", "comfy-restyle": "comfyui", "comfy-flux-schnell": "comfyui"}
FAST = Pace(first=0.005, most=0.01, cold=30)
RUNPOD_MODELS = {key: model for key, model in MODELS.items() if isinstance(model.wire, RunpodWire)}


def an_order(model: str = "sdxl", **more: Any) -> Order:
    """An order of two small pictures, with the settings of a new composer."""
    plain = Order("g1", model, "a fox in the snow", 96, 64, 2, 7, MODELS[model].defaults())
    return replace(plain, **more)


def a_picture(size: tuple[int, int] = (120, 80), kind: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, size, "teal").save(file, kind)
    return file.getvalue()


def size_of(one: Delivered) -> tuple[int, int]:
    with Image.open(BytesIO(one.data)) as picture:
        picture.load()
        return picture.size


class Studio:
    """The emulator, and providers of ours that speak to it."""

    def __init__(self, pod: RunPod, url: str) -> None:
        self.pod = pod
        self.url = url
        self.outgoing = Outgoing([url])
        self._apis: list[Api] = []
        self.provider = self.another()

    def another(
        self,
        *,
        key: str = KEY,
        url: str | None = None,
        read: float = 5.0,
        pace: Pace = FAST,
        circuit: Circuit | None = None,
        models: dict[str, Model] = RUNPOD_MODELS,
        endpoints: dict[str, str] = ENDPOINTS,
    ) -> RunpodProvider:
        """A further one, as another process would have it."""
        api = Api(url or f"{self.url}/v2", key, read=read, circuit=circuit)
        self._apis.append(api)
        return RunpodProvider(api, self.outgoing, endpoints, models=models, pace=pace)

    async def close(self) -> None:
        for api in self._apis:
            await api.close()
        await self.outgoing.close()

    async def followed(self, job: str, provider: RunpodProvider | None = None) -> list[Update]:
        return [update async for update in (provider or self.provider).follow(job)]

    async def made(self, order: Order) -> list[Delivered]:
        """From the order to the pictures."""
        job = await self.provider.submit(order)
        await self.followed(job)
        return await self.provider.collect(job)

    def asked(self, step: str) -> int:
        """How often this step was asked for."""
        return sum(one.step == step for one in self.pod.requests)


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    pod = RunPod(Options(key=KEY))
    async with serving(pod) as url:
        made = Studio(pod, url)
        yield made
        await made.close()


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """Everything that was logged so far."""
    with capture_logs() as lines:
        yield lambda: str(lines)
