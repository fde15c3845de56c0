"""A whole generation pipeline on a real database and disk; only the maker of pictures is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.machine import FINAL
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.providers.base import Delivered, Order, Running, UnknownOutcome, Update
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock
from tests.factories import a_person


class ScriptedProvider:
    """Makes plain pictures when it is told to go on; can be made to fail at any step."""

    key = "builtin"
    repeatable = True

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.cancelled: list[str] = []
        self.failure: Exception | None = None
        self.delivers: int | None = None
        self.go = asyncio.Event()
        self.go.set()
        self.working = asyncio.Event()

    async def submit(self, order: Order) -> str:
        job = f"job-{len(self.orders)}"
        self.orders[job] = order
        return job

    async def follow(self, job: str) -> AsyncIterator[Update]:
        if job not in self.orders:
            raise UnknownOutcome
        self.working.set()
        yield Running(0.5, b"half a picture")
        await self.go.wait()
        if self.failure is not None:
            raise self.failure
        yield Running(1.0)

    async def collect(self, job: str) -> list[Delivered]:
        order = self.orders[job]
        buffer = BytesIO()
        Pillow.new("RGB", (order.width, order.height), "teal").save(buffer, "PNG")
        count = order.count if self.delivers is None else self.delivers
        return [Delivered(buffer.getvalue(), order.seed + n) for n in range(count)]

    async def cancel(self, job: str) -> None:
        self.cancelled.append(job)

    def room(self) -> int:
        return 2

    def job(self, model: str, name: str) -> str:
        return name

    def nudge(self, job: str) -> None: ...

    async def close(self) -> None: ...


class Pipeline:
    """One installation: its container, its provider, its owner Ann and the stranger Bob."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        self.settings = Settings(data_dir=folder)
        self.clock = clock
        self.provider = ScriptedProvider()
        self.parts = Container(self.settings, clock=clock, providers={"builtin": self.provider})
        self.ann: Viewer
        self.bob: Viewer

    async def prepare(self) -> None:
        async with self.parts.db.engine.begin() as connection:
            await connection.run_sync(self.parts.tables.create_all)
        async with self.parts.db.unit_of_work() as uow:
            self.ann = await a_person(uow, "ann", self.clock.now())
            self.bob = await a_person(uow, "bob", self.clock.now())

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        await self.parts.engine.start()
        try:
            yield
        finally:
            await self.parts.engine.stop(0)

    async def request(self, viewer: Viewer | None = None, **changes: object) -> str:
        draft = Draft(**{"model": "kaleidoscope", "prompt": "a teal square", "aspect_ratio": "1:1", **changes})  # type: ignore[arg-type]
        async with self.parts.db.unit_of_work() as uow:
            return await self.parts.generations.request(uow, viewer or self.ann, draft)

    async def claim(self, worker: str) -> Lease | None:
        """One job for this worker, if there is one."""
        leases = await self.parts.queue.claim(worker, {"builtin": 1})
        return leases[0] if leases else None

    async def record(self, generation_id: str) -> Record:
        async with self.parts.db.reading() as uow:
            return await self.parts.history.one(uow, self.ann.user_id, generation_id)

    async def balance(self) -> int:
        async with self.parts.db.reading() as uow:
            return await self.parts.ledger.balance(uow, self.ann.user_id)

    async def until(self, generation_id: str, true: Callable[[Record], bool] = lambda r: r.state in FINAL) -> Record:
        """The record once it is so; woken by the doorbell, like a tab."""
        rung = asyncio.Event()
        self.parts.feed.subscribe(lambda _user: rung.set())

        async def wait() -> Record:
            while not true(record := await self.record(generation_id)):
                await rung.wait()
                rung.clear()
            return record

        return await asyncio.wait_for(wait(), 10)


@pytest.fixture
async def pipeline(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Pipeline]:
    made = Pipeline(tmp_path / "data", clock)
    await made.prepare()
    yield made
    await made.parts.db.close()


@pytest.fixture
def restarted(clock: MovableClock) -> Callable[[Pipeline], Awaitable[Pipeline]]:
    """A new process on the same data, with nothing in memory."""

    async def restart(old: Pipeline) -> Pipeline:
        await old.parts.db.close()
        new = Pipeline(old.settings.data_dir, clock)
        new.ann, new.bob = old.ann, old.bob
        return new

    return restart
