"""The queue's endpoints: submit, status, stream, result, cancel; and the direct call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.emulators.exchange import Reply
from tests.emulators.fal import failures
from tests.emulators.fal.jobs import Job
from tests.emulators.fal.models import MODELS
from tests.emulators.fal.paths import JobPath, app_of, job_path
from tests.emulators.script import Call

if TYPE_CHECKING:
    from tests.emulators.fal.app import Fal


def answer(reply: Reply) -> Response:
    """A reply as Starlette sends it."""
    kind = {} if isinstance(reply.body, bytes) else {"content-type": "application/json"}
    return Response(reply.raw, reply.status, {**kind, **reply.headers})


def urls(job: Job) -> dict[str, str]:
    """The three addresses of a job: without the model's sub-path."""
    base = f"{job.base}/{job.app}/requests/{job.id}"
    return {"response_url": base, "status_url": f"{base}/status", "cancel_url": f"{base}/cancel"}


def status_of(fal: Fal, job: Job, *, logs: bool) -> dict[str, Any]:
    """The status document."""
    known = {"request_id": job.id, **urls(job)}
    written = job.logs if logs else None
    if job.stage == "queued":
        return {"status": "IN_QUEUE", "queue_position": fal.jobs.position(job), **known}
    if job.reply is None:
        return {"status": "IN_PROGRESS", "logs": written, **known}
    done = {"status": "COMPLETED", "logs": written, "metrics": {"inference_time": job.seconds}, **known}
    if job.reply.status == 200:
        return done
    body = job.reply.body if isinstance(job.reply.body, dict) else {}
    failed = f"Invalid status code: {job.reply.status}"
    kind = body.get("error_type")
    return {**done, "error": body["detail"] if kind else failed, **({"error_type": kind} if kind else {})}


class Queue:
    """Answers what is asked of the queue's host."""

    def __init__(self, fal: Fal) -> None:
        self._fal = fal

    async def handle(self, request: Request) -> Response:
        path = request.url.path
        if refusal := self._fal.unauthorized(request.headers.get("authorization", "")):
            return answer(refusal)
        if found := job_path(path):
            return await self._about(request, found)
        if "/requests/" in path or request.method != "POST":
            return JSONResponse({"detail": "Method Not Allowed"}, 405)
        return await self._submit(request, path.strip("/"))

    async def direct(self, request: Request) -> Response:
        """fal.run: the same model without the queue."""
        if refusal := self._fal.unauthorized(request.headers.get("authorization", "")):
            return answer(refusal)
        job = self._job(request, request.path_params["model"], await request.json())
        if job is None:
            return answer(failures.not_found(Call("submit", request.path_params["model"])))
        task = self._fal.start(job)
        await asyncio.wait([task])
        assert job.reply is not None
        return answer(job.reply)

    def _job(self, request: Request, model: str, given: Any) -> Job | None:
        if model not in MODELS:
            return None
        headers, query = request.headers, request.query_params
        timeout = headers.get("x-fal-request-start-timeout") or headers.get("x-fal-request-timeout")
        lifecycle = json.loads(headers.get("x-fal-object-lifecycle-preference", "{}"))
        prompt = given.get("prompt", "") if isinstance(given, dict) else ""
        return Job(
            model,
            app_of(model),
            given,
            str(request.base_url).rstrip("/"),
            self._fal.rules.take_all(Call("job", model, prompt if isinstance(prompt, str) else "")),
            query.get("fal_webhook"),
            float(timeout) if timeout else None,
            lifecycle.get("expiration_duration_seconds"),
        )

    async def _submit(self, request: Request, model: str) -> Response:
        most = request.query_params.get("fal_max_queue_length")
        if most is not None and self._fal.jobs.queued >= int(most):
            return answer(failures.infrastructure(429, "queue_full", "Queue is full"))
        try:
            given = await request.json()
        except ValueError:
            return answer(failures.infrastructure(400, "bad_request", "Invalid JSON"))
        job = self._job(request, model, given)
        if job is None:
            return answer(failures.not_found(Call("submit", model)))
        position = self._fal.jobs.queued
        task = self._fal.start(job)
        if any(rule.on == "webhook" and rule.do == "early" for rule in self._fal.webhook_rules(job)):
            await asyncio.wait([task])
        made = {"request_id": job.id, "gateway_request_id": job.id, **urls(job), "queue_position": position}
        return JSONResponse({"status": "IN_QUEUE", **made}, headers={"x-fal-request-id": job.id})

    async def _about(self, request: Request, asked: JobPath) -> Response:
        if request.method != asked.method:
            return JSONResponse({"detail": "Method Not Allowed"}, 405)
        job = self._fal.jobs.find(asked.id)
        hidden = job is not None and job.reply is failures.CANCELLED
        if job is None or job.app != asked.app or (hidden and self._fal.options.cancelled_shows == "not_found"):
            return JSONResponse({"status": "NOT_FOUND"}, 404)
        logs = request.query_params.get("logs", "").lower() in ("1", "true")
        match asked.step:
            case "status":
                body = status_of(self._fal, job, logs=logs)
                return JSONResponse(body, 200 if job.reply else 202)
            case "stream":
                return StreamingResponse(self._events(job, logs=logs), media_type="text/event-stream")
            case "cancel":
                return self._cancel(job)
            case _:
                return self._result(job)

    async def _events(self, job: Job, *, logs: bool) -> AsyncIterator[str]:
        while True:
            changed = job.changed
            yield f"data: {json.dumps(status_of(self._fal, job, logs=logs))}\n\n"
            if job.reply is not None:
                return
            await changed.wait()

    def _result(self, job: Job) -> Response:
        if job.reply is None:
            return JSONResponse({"detail": "Request is still in progress"}, 400)
        made = answer(job.reply)
        made.headers["x-fal-request-id"] = job.id
        return made

    def _cancel(self, job: Job) -> Response:
        if job.reply is not None:
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        options, queued = self._fal.options, job.stage == "queued"
        if queued or options.cancel_stops_running:
            self._fal.jobs.cancel(job)
        if queued and options.cancel_queued == "removed":
            return JSONResponse({"status": "OK"})
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)
