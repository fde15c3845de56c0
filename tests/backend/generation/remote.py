"""A scripted maker of pictures on somebody else's machines, and a catalogue in which it has models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO

from PIL import Image as Pillow

from kaleipix_app.backend.providers.base import Delivered, Order, ProviderError, Running, Update
from kaleipix_app.backend.providers.catalogue import DEFAULT_MODEL, Model, Need

FLUX = replace(
    DEFAULT_MODEL,
    id="flux",
    provider="fal",
    name="FLUX",
    vendor="Somebody",
    is_ai=True,
    price=2,
    params=(),
    partner="sd",
)
ELSEWHERE = replace(FLUX, id="sd", provider="runpod", partner="", price=5)
UPSCALER = replace(FLUX, id="up", prompt=Need.NO, source=Need.MUST, aspect_ratios=(), partner="")
CATALOGUE: dict[str, Model] = {model.id: model for model in (DEFAULT_MODEL, FLUX, ELSEWHERE, UPSCALER)}


class Remote:
    """A maker of pictures on somebody else's machines, in memory: it outlives the process that asks it."""

    repeatable = False

    def __init__(self, key: str) -> None:
        self.key = key
        self.orders: list[Order] = []
        self.answers: list[Exception | None] = []  # to the next submits; None and the rest: accepted
        self.arrives = True  # whether an order that is answered with an error has arrived all the same
        self.updates: list[Update] = [Running(None)]
        self.failure: ProviderError | None = None
        self.dies: BaseException | None = None
        self.dies_collecting: BaseException | None = None
        self.pictures: list[bytes] | None = None
        self.cancelled: list[str] = []
        self.capacity = 10
        self.go = asyncio.Event()
        self.go.set()
        self.followed = asyncio.Event()

    def room(self) -> int:
        return self.capacity

    async def submit(self, order: Order) -> str:
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or self.arrives:
            self.orders.append(order)
        if answer is not None:
            raise answer
        return f"job-{len(self.orders)}"

    async def follow(self, job: str) -> AsyncIterator[Update]:
        self.followed.set()
        for update in self.updates:
            yield update
        await self.go.wait()
        if self.dies is not None or self.failure is not None:
            raise self.dies or self.failure or ProviderError()

    async def collect(self, job: str) -> list[Delivered]:
        if self.dies_collecting is not None:
            raise self.dies_collecting
        order = self.orders[int(job.removeprefix("job-")) - 1]
        pictures = [a_picture()] * order.count if self.pictures is None else self.pictures
        return [Delivered(data, order.seed + n) for n, data in enumerate(pictures)]

    async def cancel(self, job: str) -> None:
        self.cancelled.append(job)

    def job(self, model: str, name: str) -> str:
        return name

    def nudge(self, job: str) -> None: ...

    async def close(self) -> None: ...


def a_picture() -> bytes:
    buffer = BytesIO()
    Pillow.new("RGB", (64, 64), "orange").save(buffer, "PNG")
    return buffer.getvalue()
