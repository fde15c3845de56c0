"""The built-in engine as a provider."""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kaleipix_app.backend import log
from kaleipix_app.backend.providers.base import (
    Busy,
    Delivered,
    Order,
    ProviderError,
    Queued,
    Running,
    UnknownOutcome,
    Update,
)
from kaleipix_app.backend.providers.builtin.job import Cancelled, Job

if TYPE_CHECKING:
    from kaleipix_app.backend.providers.builtin.oklab import Floats

MAX_UNFINISHED = 64  # orders waiting or being drawn; each may hold a source of a few MB
MAX_UNCOLLECTED = 16  # finished orders; each holds up to four PNGs, about 10 MB
PREVIEW_EVERY = 0.15  # seconds between previews of one picture, so that they cost next to nothing

_log = log.get("builtin")


class BuiltinProvider:
    """Draws with NumPy on a bounded number of threads.

    Jobs live in memory only. When more than MAX_UNCOLLECTED finished ones lie around, the oldest is forgotten: its
    id is then unknown, and ordering again gives the same pictures for nothing.
    """

    key = "builtin"
    repeatable = True

    def __init__(self, workers: int) -> None:
        self._workers = max(workers, 1)
        self._pool: ThreadPoolExecutor | None = None
        self._closed = False
        self._jobs: dict[str, Job] = {}  # in order of arrival

    def room(self) -> int:
        return self._workers

    async def submit(self, order: Order) -> str:
        if self._closed:
            raise Busy("closed")
        self._tidy()
        if sum(not job.snapshot().finished for job in self._jobs.values()) >= MAX_UNFINISHED:
            raise Busy("too many unfinished orders")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="kaleidoscope")
        name = secrets.token_hex(8)
        job = self._jobs[name] = Job(order)
        for index in range(order.count):
            self._pool.submit(_draw, job, index)
        return name

    async def follow(self, job: str) -> AsyncIterator[Update]:
        work = self._find(job)
        seen = -1
        with work.bell() as bell:
            while True:
                bell.clear()
                now = work.snapshot()
                if now.version != seen and not work.cancelled.is_set():
                    yield Running(now.fraction, now.preview) if now.started else Queued()
                seen = now.version
                if now.finished:
                    break
                await bell.wait()
        if work.error is not None:
            raise work.error

    async def collect(self, job: str) -> list[Delivered]:
        work = self._find(job)
        if not work.snapshot().finished:
            raise ProviderError("collected before it was finished")
        del self._jobs[job]
        if work.error is not None:
            raise work.error
        return work.pictures()

    async def cancel(self, job: str) -> None:
        """Stop within a step (about 100 ms) and forget the job; whoever follows it sees the updates end."""
        work = self._jobs.get(job)
        if work is not None and not work.snapshot().finished:
            del self._jobs[job]
            work.cancel()

    def job(self, model: str, name: str) -> str:
        return name

    def nudge(self, job: str) -> None:
        """Nobody calls back: the engine lives here."""

    async def close(self) -> None:
        """Stop everything and wait for the threads to end."""
        self._closed = True
        for job in self._jobs.values():
            job.cancel()
        self._jobs.clear()
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
            self._pool = None

    def _find(self, name: str) -> Job:
        job = self._jobs.get(name)
        if job is None:
            raise UnknownOutcome("no such job")
        return job

    def _tidy(self) -> None:
        finished = [name for name, job in self._jobs.items() if job.snapshot().finished]
        for name in finished[: max(len(finished) - MAX_UNCOLLECTED + 1, 0)]:
            del self._jobs[name]


def _draw(job: Job, index: int) -> None:
    """One picture, on a thread of the pool."""
    last = 0.0

    def tick(fraction: float, frame: Floats | None) -> None:
        nonlocal last
        small = None
        if frame is not None and not job.cancelled.is_set() and time.monotonic() - last >= PREVIEW_EVERY:
            small = render.preview(frame)
            last = time.monotonic()
        job.advance(index, 0.02 + 0.94 * fraction, small)  # the rest is decoding and encoding

    try:
        job.advance(index, 0.01, None)
        from kaleipix_app.backend.providers.builtin import render  # with NumPy, which an idle studio does without

        data = render.picture(job.order, index, tick)
        job.deliver(index, Delivered(data=data, seed=job.order.seed + index))
    except Cancelled:
        return
    except ProviderError as error:
        job.fail(error)
    except Exception as error:  # noqa: BLE001  whatever broke, the one who waits must hear of it
        # Places only: the text of an exception may quote the prompt.
        places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        _log.error("rendering_failed", error=type(error).__name__, places=places, generation=job.order.generation_id)
        job.fail(ProviderError(type(error).__name__, sentence="The built-in engine had a problem with this one."))
