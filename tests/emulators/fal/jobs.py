"""The queue: jobs wait their turn, start, run, and leave an answer behind."""

from __future__ import annotations

import asyncio
import bisect
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tests.emulators.exchange import Reply
from tests.emulators.fal.failures import CANCELLED, START_TIMEOUT
from tests.emulators.fal.settings import Settings
from tests.emulators.holds import Holds
from tests.emulators.script import Call, Rule
from tests.emulators.slots import Slots

Stage = Literal["queued", "starting", "running", "done"]
LARGE = 10_000


@dataclass(eq=False)
class Job:
    """One request in the queue."""

    model: str
    app: str
    given: Any
    base: str
    rules: list[Rule]
    webhook: str | None = None
    start_timeout: float | None = None
    lifetime: float | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    stage: Stage = "queued"
    logs: list[dict[str, str]] = field(default_factory=list)
    reply: Reply | None = None
    began: float | None = None
    ended: float = 0
    place: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def prompt(self) -> str:
        found = self.given.get("prompt") if isinstance(self.given, dict) else None
        return found if isinstance(found, str) else ""

    @property
    def seconds(self) -> float:
        return self.ended - self.began if self.began else 0.0

    def move(self, stage: Stage) -> None:
        self.stage = stage
        self.tell()

    def tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def log(self, message: str) -> None:
        now = datetime.now(UTC).isoformat()
        self.logs.append({"message": message, "timestamp": now, "level": "INFO", "source": "USER"})
        self.tell()

    def finish(self, reply: Reply) -> None:
        self.reply = reply
        self.ended = time.monotonic()
        self.move("done")


Work = Callable[[Job], Awaitable[Reply | None]]


class Jobs:
    """All jobs, and the life of each."""

    def __init__(self, settings: Settings, holds: Holds) -> None:
        self.all: dict[str, Job] = {}
        self._settings = settings
        self._holds = holds
        self._slots = Slots(lambda: settings.concurrency)
        self._places: list[int] = []
        self._next = 0

    def add(self, job: Job) -> None:
        self.all[job.id] = job
        job.place = self._next
        self._next += 1
        self._places.append(job.place)

    @property
    def queued(self) -> int:
        return len(self._places)

    def position(self, job: Job) -> int:
        """How many wait before it."""
        return bisect.bisect_left(self._places, job.place)

    def find(self, job_id: str) -> Job | None:
        """A job, unless its answer is no longer kept."""
        job = self.all.get(job_id)
        if job is None or job.reply is None:
            return job
        keep = self._settings.retention_large if len(job.reply.raw) >= LARGE else self._settings.retention
        return job if time.monotonic() - job.ended < keep else None

    def at(self, stage: Stage) -> list[Job]:
        return [job for job in self.all.values() if job.stage == stage]

    def cancel(self, job: Job) -> None:
        """Stop a job now."""
        assert job.task is not None
        job.task.cancel()
        self._leave_queue(job)
        job.finish(CANCELLED)

    def _leave_queue(self, job: Job) -> None:
        at = self.position(job)
        if at < len(self._places) and self._places[at] == job.place:
            del self._places[at]

    def _duration(self, job: Job, name: str) -> float:
        rule = next((rule for rule in job.rules if rule.do == "durations"), None)
        seconds: float = getattr(self._settings, name)
        return float(rule.args.get(name, seconds)) if rule else seconds

    async def _stay(self, job: Job, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)
        await self._holds.passing(Call(job.stage, job.model, job.prompt))

    async def _queue(self, job: Job) -> None:
        await self._stay(job, self._duration(job, "queued"))
        await self._slots.take()

    async def live(self, job: Job, prepare: Work, work: Work) -> None:
        """A job from the queue to its answer; `prepare` may refuse it before it runs."""
        try:
            await asyncio.wait_for(self._queue(job), job.start_timeout)
        except TimeoutError:
            self._leave_queue(job)
            job.finish(START_TIMEOUT)
            return
        try:
            self._leave_queue(job)
            job.began = time.monotonic()
            job.move("starting")
            await self._stay(job, self._duration(job, "starting"))
            reply = await prepare(job)
            if reply is None:
                await self._run(job)
                reply = await work(job)
            assert reply is not None
            job.finish(reply)
        finally:
            self._slots.give()

    async def _run(self, job: Job) -> None:
        job.move("running")
        steps = self._settings.steps
        seconds = self._duration(job, "running")
        for step in range(1, steps + 1):
            percent = step * 100 // steps
            if step == steps:  # a held job shows that it is under way, but not done
                await self._holds.passing(Call(job.stage, job.model, job.prompt))
            await asyncio.sleep(seconds / steps)
            job.log(f"{percent:3d}%|{'█' * (percent // 10):<10}| {step}/{steps}")
