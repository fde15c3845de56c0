"""Looking after one order until it has finished: how often, for how long, and what is told meanwhile."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from kaleipix_app.backend.providers.base import (
    NotNow,
    Queued,
    RateLimited,
    Running,
    Starting,
    TimedOut,
    Update,
)
from kaleipix_app.backend.providers.runpod.api import Api
from kaleipix_app.backend.providers.runpod.jobs import Job

FINISHED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"})
_GROWTH = 1.5


@dataclass(frozen=True)
class Pace:
    """All in seconds."""

    first: float = 1.0  # between two looks
    most: float = 5.0
    called_first: float = 3.0  # the same where RunPod calls: looks are only for calls that never come
    called_next: float = 15.0
    called_most: float = 60.0
    cold: float = 2.0  # in the queue, before a machine is thought to be woken
    silence: float = 5 * 60.0  # without a good answer
    queue: float = 60 * 60.0
    work: float = 15 * 60.0


class Watch:
    """Follows one order. `bell` wakes it before its time."""

    def __init__(self, api: Api, job: Job, pace: Pace, bell: asyncio.Event) -> None:
        self._api = api
        self._job = job
        self._pace = pace
        self._bell = bell
        self._began = self._heard = time.monotonic()
        self._worked: float | None = None  # since when
        self._is_cold: bool | None = None
        self._wait = 0.0

    async def updates(self) -> AsyncIterator[Update]:
        """Until it has finished. Raises TimedOut, UnknownOutcome for an unknown order, and other ProviderErrors."""
        while True:
            self._bell.clear()
            wait = self._next_wait()
            try:
                found = await self._api.status(self._job)
            except NotNow as error:
                if time.monotonic() - self._heard >= self._pace.silence:
                    await self._give_up("no good answer")
                asked = error.retry_after if isinstance(error, RateLimited) else 0.0
                wait = max(wait, asked)
            else:
                self._heard = time.monotonic()
                if found["status"] in FINISHED:
                    return
                yield await self._update(found)
                await self._check_time()
            await self._sleep(wait)

    def _next_wait(self) -> float:
        pace, before = self._pace, self._wait
        if self._job.calls:
            grown = pace.called_first if not before else max(before * _GROWTH, pace.called_next)
            self._wait = min(grown, pace.called_most)
        else:
            self._wait = min(before * _GROWTH or pace.first, pace.most)
        return self._wait

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _update(self, found: Mapping[str, Any]) -> Update:
        if found["status"] != "IN_QUEUE":  # unknown words too: what has not finished is at work
            self._worked = self._worked or time.monotonic()
            return Running(fraction(found.get("output")))
        if time.monotonic() - self._began < self._pace.cold:
            return Queued()
        if self._is_cold is None:
            self._is_cold = is_cold(await self._api.health(self._job.endpoint))
        return Starting() if self._is_cold else Queued()

    async def _check_time(self) -> None:
        now = time.monotonic()
        if self._worked is not None and now - self._worked >= self._pace.work:
            await self._give_up("at work for too long")
        if self._worked is None and now - self._began >= self._pace.queue:
            await self._give_up("in the queue for too long")

    async def _give_up(self, why: str) -> None:
        await self._api.cancel(self._job)
        raise TimedOut(why)


def is_cold(health: Mapping[str, Any]) -> bool:
    """Whether no machine is at work, so that one has to be woken; also when nothing is known."""
    workers = health.get("workers")
    running = workers.get("running") if isinstance(workers, Mapping) else None
    return not isinstance(running, int) or running < 1


def fraction(output: object) -> float | None:
    """How far a worker says it is: 0.4, 40, "40%", or any of these as `progress`."""
    if isinstance(output, Mapping):
        output = output.get("progress")
    if isinstance(output, str):
        text = output.strip()
        try:
            output = float(text.removesuffix("%"))
        except ValueError:
            return None
        if text.endswith("%"):
            output /= 100
    if isinstance(output, bool) or not isinstance(output, int | float):
        return None
    if isinstance(output, float) and not math.isfinite(output):
        return None
    # 1 and 1.0 differ: who counts to a hundred sends whole numbers.
    share = output if isinstance(output, float) and output <= 1 else min(output, 100) / 100
    return min(max(float(share), 0.0), 1.0)
