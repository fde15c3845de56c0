"""Jobs of an endpoint: queue, cold start, work, policy, and forgetting."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.holds import Holds
from tests.emulators.runpod.settings import Settings, Worker
from tests.emulators.script import Call, Rule
from tests.emulators.slots import Slots

FINAL = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")
EXECUTION_MS, TTL_MS = 600_000, 86_400_000


class WorkFailed(Exception):
    """What a worker returned as its `error`."""


@dataclass(eq=False)
class Job:
    """One job of an endpoint."""

    endpoint: str
    worker: Worker
    body: dict[str, Any]
    base: str
    prompt: str
    rules: list[Rule]
    sync: bool
    id: str = ""
    status: str = "IN_QUEUE"
    output: Any = None
    error: Any = None
    created: float = field(default_factory=time.monotonic)
    began: float | None = None
    ended: float | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.id = f"{'sync-' if self.sync else ''}{uuid.uuid4()}-u1"

    @property
    def given(self) -> Any:
        return self.body["input"]

    @property
    def stage(self) -> str:
        """The name by which jobs are held: `queued` or `running`."""
        return "queued" if self.status == "IN_QUEUE" else "running"

    @property
    def call(self) -> Call:
        return Call(self.stage, self.endpoint, self.prompt)

    def rule(self, do: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.do == do), None)

    def move(self, status: str) -> None:
        self.status = status
        if status in FINAL:
            self.ended = time.monotonic()
        self.changed.set()
        self.changed = asyncio.Event()

    def fail(self, error: Any) -> None:
        self.output, self.error = None, error
        self.move("FAILED")

    def as_json(self) -> dict[str, Any]:
        """The job object."""
        made: dict[str, Any] = {"id": self.id, "status": self.status}
        if odd := self.rule("odd_status"):
            made["status"] = odd.args["word"] if self.status == "IN_PROGRESS" else self.status
        if self.began is not None:
            made |= {"delayTime": int((self.began - self.created) * 1000), "workerId": "emulated-1"}
            made["executionTime"] = int(((self.ended or time.monotonic()) - self.began) * 1000)
        told = {"output": self.output, "error": self.error}
        return made | {name: value for name, value in told.items() if value is not None}


def crash(message: str) -> str:
    """What RunPod says about an exception in a worker: JSON in JSON, with things nobody should be shown."""
    trace = f'Traceback (most recent call last):\n  File "/handler.py", line 1, in handler\nRuntimeError: {message}\n'
    told = {"error_type": "<class 'RuntimeError'>", "error_message": message, "error_traceback": trace}
    where = {"hostname": "emulated-1-64410bb0", "worker_id": "emulated-1", "runpod_version": "1.7.13"}
    return json.dumps({**told, **where})


Work = Callable[[Job], Awaitable[dict[str, Any]]]


class Jobs:
    """All jobs, and the life of each."""

    def __init__(self, settings: Settings, holds: Holds) -> None:
        self.all: dict[str, Job] = {}
        self._settings = settings
        self._holds = holds
        self._slots = Slots(lambda: settings.concurrency)
        self._warm: set[str] = set()

    def find(self, endpoint: str, job_id: str) -> Job | None:
        """A job, unless its result is no longer kept."""
        job = self.all.get(job_id)
        if job is None or job.endpoint != endpoint:
            return None
        keep = self._settings.retention_sync if job.sync else self._settings.retention
        return None if job.ended is not None and time.monotonic() - job.ended >= keep else job

    def of(self, endpoint: str, *statuses: str) -> list[Job]:
        return [job for job in self.all.values() if job.endpoint == endpoint and job.status in statuses]

    def cancel(self, job: Job) -> None:
        if job.task is not None and job.status not in FINAL:
            job.task.cancel()
            job.output = None
            job.move("CANCELLED")

    def _seconds(self, job: Job, policy: str, default: int) -> float:
        wished = (job.body.get("policy") or {}).get(policy, default)
        return float(wished) / 1000 * self._settings.policy_scale

    def _duration(self, job: Job, name: str) -> float:
        rule = job.rule("durations")
        seconds: float = getattr(self._settings, name)
        return float(rule.args.get(name, seconds)) if rule else seconds

    async def live(self, job: Job, work: Work) -> None:
        """From the queue to the end; the ttl covers all of it and leaves nothing behind."""
        try:
            await asyncio.wait_for(self._from_queue_to_end(job, work), self._seconds(job, "ttl", TTL_MS))
        except TimeoutError:
            self.all.pop(job.id, None)

    async def _from_queue_to_end(self, job: Job, work: Work) -> None:
        await asyncio.sleep(self._duration(job, "queued"))
        await self._holds.passing(job.call)
        await self._slots.take()
        try:
            if job.endpoint not in self._warm:
                await asyncio.sleep(self._duration(job, "cold_start"))
                self._warm.add(job.endpoint)
            job.began = time.monotonic()
            job.move("IN_PROGRESS")
            await self._limited(job, work)
        finally:
            self._slots.give()

    async def _limited(self, job: Job, work: Work) -> None:
        try:
            limit = self._seconds(job, "executionTimeout", EXECUTION_MS)
            output = await asyncio.wait_for(self._run(job, work), limit)
        except WorkFailed as failed:
            job.fail(failed.args[0])
        except TimeoutError:
            job.output, job.error = None, "job timed out after exceeding its execution timeout"
            job.move("TIMED_OUT")
        else:
            job.output = output
            job.move("COMPLETED")

    async def _run(self, job: Job, work: Work) -> dict[str, Any]:
        steps = self._settings.steps
        for step in range(1, steps + 1):
            if step == steps:  # a held job shows progress, but is not done
                await self._holds.passing(job.call)
            await asyncio.sleep(self._duration(job, "running") / steps)
            if self._settings.progress:
                job.output = {"progress": step * 100 // steps}
                job.move("IN_PROGRESS")
        return await work(job)
