"""The job engine of one process: the rows themselves, woken by a bell.

No broker and nothing to lose: whoever starts next finds every unfinished row.
"""

from __future__ import annotations

import asyncio

from kaleipix_app.backend import log, memory, tokens
from kaleipix_app.backend.jobs.base import JobWorker, Lease, LeaseQueue

HEARTBEAT = 10.0  # seconds; a lease lasts three of them
_LETTING_GO = 0.5  # seconds for work that was cancelled to end
_LOOK_ANYWAY = 5.0  # seconds; finds leases that ran out without a bell

_log = log.get("jobs")


class EmbeddedEngine:
    """Claims rows whenever a slot is free and the bell rang."""

    def __init__(self, queue: LeaseQueue, worker: JobWorker, slots: int) -> None:
        self._queue = queue
        self._worker = worker
        self._slots = slots
        self._name = f"embedded-{tokens.new_id()}"
        self._bell = asyncio.Event()
        self._dispatcher: asyncio.Task[None] | None = None
        self._running: dict[asyncio.Task[None], Lease] = {}

    async def start(self) -> None:
        taken = await self._queue.take_over()
        if taken:
            _log.info("taken_over", jobs=taken)
        self.ring()
        self._dispatcher = asyncio.create_task(self._dispatch())

    def ring(self) -> None:
        self._bell.set()

    def is_alive(self) -> bool:
        return self._dispatcher is not None and not self._dispatcher.done()

    async def stop(self, grace: float) -> None:
        if self._dispatcher is not None:
            self._dispatcher.cancel()
            await asyncio.gather(self._dispatcher, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        left = dict(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_LETTING_GO)
        await asyncio.gather(*(self._hand_back(lease) for lease in left.values()))

    async def _hand_back(self, lease: Lease) -> None:
        try:
            await self._queue.hand_back(lease)
        except Exception as error:  # noqa: BLE001 - its lease runs out; the others are still to be handed back
            _log.error("hand_back_failed", job=lease.job_id, exc_info=error)
        else:
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
            try:
                await asyncio.wait_for(self._bell.wait(), _LOOK_ANYWAY)
            except TimeoutError:
                continue

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("worker_crashed", exc_info=error)
        if not self._running:
            asyncio.get_running_loop().run_in_executor(None, memory.give_back)
        self.ring()

    async def _work(self, lease: Lease) -> None:
        """Run the job beside its heartbeat; whichever ends first ends both."""
        work = asyncio.create_task(self._worker.run(lease))
        beat = asyncio.create_task(self._beat(lease))
        try:
            await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (beat, work):
                task.cancel()
            await asyncio.gather(beat, work, return_exceptions=True)  # whoever gets the job next finds nobody at it
        if work.cancelled():
            _log.warning("overtaken", job=lease.job_id)
        else:
            work.result()

    async def _beat(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                if not await self._queue.heartbeat(lease):
                    return
            except Exception as error:  # noqa: BLE001 - one missed beat is not the end of a lease
                _log.error("heartbeat_failed", job=lease.job_id, exc_info=error)
