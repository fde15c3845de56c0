"""The engine starts and stops at any moment."""

from __future__ import annotations

import asyncio

from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.jobs.embedded import EmbeddedEngine


class NothingToDo:
    """A queue without rows, and the worker for them."""

    async def claim(self, worker: str) -> Lease | None:
        return None

    async def heartbeat(self, lease: Lease) -> bool:
        return True

    async def hand_back(self, lease: Lease) -> None: ...

    async def take_over(self) -> int:
        return 0

    async def run(self, lease: Lease) -> None: ...


async def test_a_stop_in_the_moment_of_a_ring_is_a_stop() -> None:
    nothing = NothingToDo()
    engine = EmbeddedEngine(nothing, nothing, slots=1)
    await engine.start()
    for _ in range(5):  # until it waits for the bell
        await asyncio.sleep(0)
    engine.ring()
    async with asyncio.timeout(5):
        await engine.stop(0)
