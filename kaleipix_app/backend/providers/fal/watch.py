"""One job, watched until it has finished: a stream of its status, or a look now and then."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

from kaleipix_app.backend.providers.base import NotNow, TimedOut, UnknownOutcome, Update
from kaleipix_app.backend.providers.circuit import Circuit
from kaleipix_app.backend.providers.fal import failures
from kaleipix_app.backend.providers.fal import status as statuses
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.status import Status
from kaleipix_app.backend.providers.outgoing import Answer

Read = Callable[[], Awaitable[Answer]]
Lines = Callable[[], AsyncGenerator[bytes]]


class Watch:
    """Follows a job. Time in the queue and time at work count from the first look of this process."""

    def __init__(
        self,
        read: Read,
        lines: Lines | None,
        bell: asyncio.Event,
        circuit: Circuit,
        pace: Pace,
        *,
        calls_back: bool,
    ) -> None:
        """`lines` is the status stream, if there may be one; a job that `calls_back` is looked at less often."""
        self._read = read
        self._lines = lines
        self._bell = bell
        self._circuit = circuit
        self._calls_back = calls_back
        self._pace = pace
        self._began = self._good = time.monotonic()
        self._started: float | None = None
        self._asked_to_wait = 0.0

    async def updates(self) -> AsyncGenerator[Update]:
        """What has changed, until it is completed. Raises TimedOut, UnknownOutcome, Unconfigured."""
        seen: Update | None = None
        async with aclosing(self._statuses()) as found:
            async for status in found:
                self._refuse_endless(status)
                if status.name == "COMPLETED":
                    return
                if status.update != seen:
                    seen = status.update
                    yield seen

    async def _statuses(self) -> AsyncGenerator[Status]:
        if self._lines is not None:
            with suppress(NotNow, TimedOut, UnknownOutcome):  # then it is asked directly
                async with aclosing(self._streamed(self._lines)) as found:
                    async for status in found:
                        yield status
        async with aclosing(self._polled()) as found:
            async for status in found:
                yield status

    async def _streamed(self, lines: Lines) -> AsyncGenerator[Status]:
        last: Status | None = None
        async with aclosing(lines()) as found:
            async for line in found:
                if line.startswith(b"data:"):
                    last = _parsed(line.removeprefix(b"data:")) or last
                if last is not None:  # also for a sign of life: the limits are looked at with each
                    yield last

    async def _polled(self) -> AsyncGenerator[Status]:
        self._good = time.monotonic()
        pause, slowest = self._pace.poll, self._pace.slowest
        if self._calls_back:
            pause, slowest = self._pace.gentle, self._pace.gentlest
        backoff = self._pace.backoff
        while True:
            status = await self._look()
            if status is not None:
                self._good, backoff = time.monotonic(), self._pace.backoff
                yield status
                wait, pause = pause, min(pause * 1.5, slowest)
            else:
                wait = min(max(backoff, self._asked_to_wait, self._circuit.wait), self._left())
                backoff = min(backoff * 2, self._pace.longest)
            if await self._rung(wait):
                pause, slowest = self._pace.poll, self._pace.slowest

    async def _look(self) -> Status | None:
        """One read; None if it failed in a way that may pass."""
        self._asked_to_wait = 0.0
        try:
            answer = await self._read()
        except NotNow as error:
            self._asked_to_wait = 0.0 if self._circuit.wait else min(error.retry_after, self._pace.longest)
            return None
        except (TimedOut, UnknownOutcome):
            return None
        if answer.status in (401, 403):
            raise failures.unconfigured(answer.status)
        if answer.status == 404 and answer.json():
            raise UnknownOutcome("no such job")
        return statuses.read(answer.json()) if answer.status in (200, 202) else None

    async def _rung(self, seconds: float) -> bool:
        """Wait; the bell ends it early."""
        try:
            await asyncio.wait_for(self._bell.wait(), seconds)
        except TimeoutError:
            return False
        self._bell.clear()
        return True

    def _refuse_endless(self, status: Status) -> None:
        now = time.monotonic()
        if status.name == "IN_QUEUE" and now - self._began > self._pace.queue:
            raise TimedOut("in the queue")
        if status.name == "IN_PROGRESS":
            self._started = self._started or now
            if now - self._started > self._pace.running:
                raise TimedOut("running")

    def _left(self) -> float:
        """Seconds that are left of the patience. Raises TimedOut."""
        left = self._good + self._pace.patience - time.monotonic()
        if left <= 0:
            raise TimedOut("no good answer")
        return left


def _parsed(data: bytes) -> Status | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return statuses.read(document) if isinstance(document, dict) else None
