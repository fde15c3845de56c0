"""The engine starts and stops at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.jobs.embedded import EmbeddedEngine


class NothingToDo:
    """A queue without rows, a lane with room, and the worker for them."""

    async def room(self) -> dict[str, int]:
        return {"builtin": 1}

    def most(self, lane: str) -> int:
        return 1

    async def claim(self, worker: str, room: Mapping[str, int]) -> list[Lease]:
        return []

    async def heartbeat(self, worker: str, jobs: Collection[str]) -> set[tuple[str, int]]:
        return set()

    async def hand_back(self, lease: Lease) -> None: ...

    async def take_over(self) -> int:
        return 0

    async def run(self, lease: Lease) -> None: ...


async def test_a_stop_in_the_moment_of_a_ring_is_a_stop() -> None:
    nothing = NothingToDo()
    engine = EmbeddedEngine(nothing, nothing, nothing)
    await engine.start()
    for _ in range(5):  # until it waits for the bell
        await asyncio.sleep(0)
    engine.ring()
    async with asyncio.timeout(5):
        await engine.stop(0)
