"""The job engine inside a process: the rows themselves, woken by a bell.

No broker and nothing to lose: whoever starts next finds every unfinished row.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from kaleipix_app.backend import log, tokens
from kaleipix_app.backend.jobs.base import JobWorker, Lease, LeaseQueue

HEARTBEAT = 10.0  # seconds; a lease lasts three of them
_LOOK_ANYWAY = 5.0  # seconds; finds leases that ran out without a bell

_log = log.get("jobs")


class EmbeddedEngine:
    """Claims rows whenever a slot is free and the bell rang.

    `alone`: no other process works on this database, so that whatever is leased at the start was left by a crash.
    Otherwise a crashed one's leases run out by themselves.
    """

    def __init__(self, queue: LeaseQueue, worker: JobWorker, slots: int, *, alone: bool = True) -> None:
        self._queue = queue
        self._worker = worker
        self._slots = slots
        self._alone = alone
        self._name = f"embedded-{tokens.new_id()}"
        self._bell = asyncio.Event()
        self._dispatcher: asyncio.Task[None] | None = None
        self._running: dict[asyncio.Task[None], Lease] = {}

    async def start(self) -> None:
        taken = await self._queue.take_over() if self._alone else 0
        if taken:
            _log.info("taken_over", jobs=taken)
        self.ring()
        self._dispatcher = asyncio.create_task(self._dispatch())

    def ring(self) -> None:
        self._bell.set()

    async def stop(self, grace: float) -> None:
        if self._dispatcher is not None:
            self._dispatcher.cancel()
            await asyncio.gather(self._dispatcher, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        for task, lease in list(self._running.items()):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._queue.hand_back(lease)
            _log.info("handed_back", job=lease.job_id)

    async def _dispatch(self) -> None:
        while True:
            self._bell.clear()
            try:
                while len(self._running) < self._slots and (lease := await self._queue.claim(self._name)):
                    task = asyncio.create_task(self._work(lease))
                    self._running[task] = lease
                    task.add_done_callback(self._ended)
            except Exception as error:  # noqa: BLE001 - the database may be gone for a while; the engine must outlive it
                _log.error("claim_failed", exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_ANYWAY):  # wait_for would swallow a stop that comes with a ring
                    await self._bell.wait()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("worker_crashed", exc_info=error)
        self.ring()

    async def _work(self, lease: Lease) -> None:
        """Run the job beside its heartbeat; whichever ends first ends both."""
        work = asyncio.create_task(self._worker.run(lease))
        beat = asyncio.create_task(self._beat(lease))
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (beat, work):
                if not task.done():
                    task.cancel()
            await asyncio.gather(beat, work, return_exceptions=True)
        try:
            await work
        except asyncio.CancelledError:
            _log.warning("overtaken", job=lease.job_id)

    async def _beat(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                if not await self._queue.heartbeat(lease):
                    return
            except Exception as error:  # noqa: BLE001 - one missed beat is not the end of a lease
                _log.error("heartbeat_failed", job=lease.job_id, exc_info=error)
