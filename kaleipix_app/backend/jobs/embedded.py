"""The job engine inside a process: the rows themselves, woken by a bell.

No broker and nothing to lose: whoever starts next finds every unfinished row.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from kaleipix_app.backend import log, memory, tokens
from kaleipix_app.backend.jobs.base import JobWorker, Lanes, Lease, LeaseQueue, Place

HEARTBEAT = 10.0  # seconds; a lease lasts three of them
_LETTING_GO = 1.0  # seconds for work that was cancelled to end
_AT_ONCE = 50  # jobs of a lane that are claimed together
_LOOK_ANYWAY = 5.0  # seconds; finds what waited for its time, and leases that ran out, without a bell

_log = log.get("jobs")


class EmbeddedEngine:
    """Claims rows whenever there is room in their lane and the bell rang.

    `alone`: no other process works on this database, so that whatever is leased at the start was left by a crash.
    Otherwise a crashed one's leases run out by themselves.
    """

    def __init__(self, queue: LeaseQueue, worker: JobWorker, lanes: Lanes, *, alone: bool = True) -> None:
        self._alone = alone
        self._queue = queue
        self._worker = worker
        self._lanes = lanes
        self._name = f"embedded-{tokens.new_id()}"
        self._bell = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._running: dict[asyncio.Task[None], Lease] = {}
        self._kept: Counter[str] = Counter()  # lane -> places
        self._is_claiming = False
        self._has_stopped = False
        self._context = contextvars.copy_context()

    async def start(self) -> None:
        taken = await self._queue.take_over() if self._alone else 0
        if taken:
            _log.info("taken_over", jobs=taken)
        self.ring()
        self._has_stopped = False
        self._context = contextvars.copy_context()
        self._loops = [asyncio.create_task(self._dispatch()), asyncio.create_task(self._beat())]

    def ring(self) -> None:
        self._bell.set()

    def place(self, lane: str) -> Place | None:
        # While rows are being claimed it is not known how much room they leave.
        if self._is_claiming or not self.is_alive() or self._free(lane, self._lanes.most(lane)) < 1:
            return None
        self._kept[lane] += 1
        return _KeptPlace(self._name, partial(self._give_back, lane), self._begin)

    def is_alive(self) -> bool:
        return bool(self._loops) and not any(loop.done() for loop in self._loops)

    async def stop(self, grace: float) -> None:
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        self._has_stopped = True
        await asyncio.gather(*(self._let_go(task, lease) for task, lease in list(self._running.items())))

    async def _let_go(self, task: asyncio.Task[None], lease: Lease) -> None:
        task.cancel()
        await asyncio.wait({task}, timeout=_LETTING_GO)  # whoever gets the job next finds nobody at it
        try:
            await self._queue.hand_back(lease)
            _log.info("handed_back", job=lease.job_id)
        except Exception as error:  # noqa: BLE001 - its lease runs out instead; the others still want handing back
            _log.error("hand_back_failed", job=lease.job_id, exc_info=error)

    async def _dispatch(self) -> None:
        while True:
            self._bell.clear()
            try:
                while await self._take():
                    pass
            except Exception as error:  # noqa: BLE001 - the database may be gone for a while; the engine must outlive it
                _log.error("claim_failed", exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_ANYWAY):  # wait_for would swallow a stop that comes with a ring
                    await self._bell.wait()

    async def _take(self) -> bool:
        """Begin what there is room for, so much at a time; returns whether there may be more."""
        self._is_claiming = True
        try:
            free = {lane: self._free(lane, most) for lane, most in (await self._lanes.room()).items()}
            room = {lane: min(most, _AT_ONCE) for lane, most in free.items() if most > 0}
            leases = await self._queue.claim(self._name, room) if room else []
            for lease in leases:
                self._begin(lease)
        finally:
            self._is_claiming = False
        return _AT_ONCE in Counter(lease.lane for lease in leases).values()

    def _free(self, lane: str, most: int) -> int:
        return most - self._kept[lane] - sum(lease.lane == lane for lease in self._running.values())

    def _give_back(self, lane: str) -> None:
        self._kept[lane] -= 1

    def _begin(self, lease: Lease) -> None:
        if self._has_stopped:
            return  # a click that was just written; the next start finds it
        # Not in the context of a click: the work outlives it.
        task = asyncio.create_task(self._worker.run(lease), context=self._context.copy())
        self._running[task] = lease
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            _log.error("worker_crashed", exc_info=error)
        if not self._running:
            asyncio.get_running_loop().run_in_executor(None, memory.give_back)
        self.ring()

    async def _beat(self) -> None:
        """One heartbeat for all that runs; whoever was overtaken is stopped."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            before = dict(self._running)
            try:
                held = await self._queue.heartbeat(self._name, [lease.job_id for lease in before.values()])
            except Exception as error:  # noqa: BLE001 - one missed beat is not the end of a lease
                _log.error("heartbeat_failed", exc_info=error)
                continue
            for task, lease in before.items():
                if (lease.job_id, lease.fence) not in held and not task.done():
                    _log.warning("overtaken", job=lease.job_id)
                    task.cancel()


class _KeptPlace:
    """A `Place`."""

    def __init__(self, worker: str, give_back: Callable[[], None], begin: Callable[[Lease], None]) -> None:
        self.worker = worker
        self._give_back = give_back
        self._begin = begin
        self._is_kept = True

    def fill(self, lease: Lease) -> None:
        self.leave()
        self._begin(lease)

    def leave(self) -> None:
        if self._is_kept:
            self._is_kept = False
            self._give_back()
