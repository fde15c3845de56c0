"""The adapter on one side, an emulated fal on the other, a real socket between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from kaleipix_app.backend.providers.base import Delivered, Order, Update
from kaleipix_app.backend.providers.catalogue import MODELS, Model, Need
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.provider import FalProvider
from kaleipix_app.backend.providers.outgoing import Outgoing
from tests.emulators.fal import Fal, Settings
from tests.emulators.server import serving

KEY = "an-id:a-secret"
QUICK = Pace(poll=0.01, slowest=0.02, gentle=0.05, gentlest=0.05, silence=5, backoff=0.01, longest=0.05, patience=5)


def a_picture(colour: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def an_order(model: str = "flux-schnell", prompt: str = "a red fox", **changes: object) -> Order:
    """An order of a model with its defaults, and the pictures it needs."""
    entry = MODELS[model]
    known: dict[str, object] = {
        "width": 512,
        "height": 512,
        "count": 1,
        "seed": 7,
        "params": entry.defaults(),
        "aspect_ratio": "1:1" if entry.aspect_ratios else "",
        "source": a_picture() if entry.source is Need.MUST else None,
        "mask": a_picture("white") if entry.mask is Need.MUST else None,
    }
    return Order("a-generation", model, prompt, **{**known, **changes})  # type: ignore[arg-type]


@dataclass
class Bench:
    """What a test works with."""

    fal: Fal
    url: str
    outgoing: Outgoing
    provider: FalProvider
    updates: list[Update] = field(default_factory=list)

    async def follow(self, job: str) -> list[Update]:
        async for update in self.provider.follow(job):
            self.updates.append(update)
        return self.updates

    async def make(self, order: Order) -> list[Delivered]:
        """The whole way."""
        job = await self.provider.submit(order)
        await self.follow(job)
        return await self.provider.collect(job)

    def another(
        self,
        *,
        pace: Pace = QUICK,
        key: str = KEY,
        models: dict[str, Model] | None = None,
        streams: int | None = None,
    ) -> FalProvider:
        """The same with another patience, key, catalogue or number of streams; or the same after a restart."""
        return FalProvider(
            key,
            self.outgoing,
            queue_url=self.url,
            rest_url=self.url,
            cdn_url=self.url,
            models=models or MODELS,
            streams=streams,
            pace=pace,
        )

    def count(self, step: str) -> int:
        return sum(request.step == step for request in self.fal.requests)


@asynccontextmanager
async def a_bench() -> AsyncIterator[Bench]:
    fal = Fal(Settings(key=KEY))
    async with serving(fal) as url:
        outgoing = Outgoing([url], ["v3.fal.media", "results.test"])
        bench = Bench(fal, url, outgoing, None)  # type: ignore[arg-type]
        bench.provider = bench.another()
        try:
            yield bench
        finally:
            await outgoing.close()
