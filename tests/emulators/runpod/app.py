"""RunPod's serverless API on one port."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.emulators.emulator import Emulator
from tests.emulators.exchange import Reply
from tests.emulators.faults import Answer
from tests.emulators.files import Files
from tests.emulators.runpod import webhooks
from tests.emulators.runpod.jobs import FINAL, Job, Jobs
from tests.emulators.runpod.settings import Settings
from tests.emulators.runpod.workers import Workers, words
from tests.emulators.script import Call, Rule

MOST_BYTES = {"run": 10 * 1024 * 1024, "runsync": 20 * 1024 * 1024}
WAIT_MS, LEAST_WAIT, MOST_WAIT = 90_000, 1000, 300_000
_PATH = re.compile(r"/v2/(?P<endpoint>[^/]+)/(?P<what>[a-z-]+)(/(?P<id>[^/]+))?")
STEP_NAMES = "submit status stream cancel retry health purge-queue download job webhook any"
STEPS = {"run": "submit", "runsync": "submit"}
PICTURES = {"partial", "extra", "not_picture", "svg", "wrong_size", "huge", "bad_base64", "s3", "url", "redirect"}
OUTCOMES = {"durations", "crash", "handler_error", "changed", "odd_status"}
COMFYUI = {"no_images", "errors_only", "legacy", "warnings"}


def _error(status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, {"error": text}, headers or {})


ANSWERS: dict[str, Answer] = {
    "unauthorized": lambda rule, call: _error(401, "unauthorized"),
    "no_balance": lambda rule, call: _error(402, "insufficient balance"),
    "not_found": lambda rule, call: _error(404, "job not found"),
    "expired": lambda rule, call: _error(404, "job not found"),
    "rate_limited": lambda rule, call: _error(
        429, "too many requests", {"retry-after": str(rule.args.get("retry_after", 1))}
    ),
    "error": lambda rule, call: _error(rule.args.get("status", 500), "internal server error"),
}


class RunPod(Emulator):
    """The emulator; what the script calls a model is an endpoint here."""

    answers = ANSWERS
    steps = frozenset(STEP_NAMES.split())
    job_events = webhooks.EVENTS | PICTURES | OUTCOMES | COMFYUI

    def __init__(self, options: Settings | None = None) -> None:
        self.options = options or Settings()
        self.files = Files()
        super().__init__(
            [
                Route("/files/{key}/{name}", self._download),
                Route("/v2/{endpoint}/health", self._health),
                Route("/v2/{endpoint}/purge-queue", self._purge, methods=["POST"]),
                Route("/v2/{endpoint}/{what}", self._submit, methods=["POST"]),
                Route("/v2/{endpoint}/{what}/{id}", self._about, methods=["GET", "POST"]),
            ]
        )
        self.jobs = Jobs(self.options, self.holds)
        self.workers = Workers(self.options, self.files, lambda: self.client)
        self.webhooks = webhooks.Webhooks(self.rules, lambda: self.client, lambda: self.options.webhook_delay)

    def settings(self) -> Settings:
        return self.options

    def describe(self, method: str, path: str, body: Any) -> Call:
        if file := self.files.find(path):
            return Call("download", file.model, file.prompt)
        found = _PATH.fullmatch(path)
        if found is None:
            return Call("other")
        step = STEPS.get(found["what"], found["what"])
        if step == "submit":
            return Call(step, found["endpoint"], _prompt(body))
        job = self.jobs.all.get(found["id"] or "")
        return Call(step, found["endpoint"], job.prompt if job else "")

    def describe_job(self, job_id: str) -> dict[str, Any] | None:
        job = self.jobs.all.get(job_id)
        return {**job.as_json(), "endpoint": job.endpoint, "stage": job.stage} if job else None

    def _refused(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "")
        key = header.removeprefix("Bearer ").strip()
        if not key or (self.options.key is not None and key != self.options.key):
            return _sent(ANSWERS["unauthorized"](Rule("", ""), Call("")))
        if request.path_params["endpoint"] not in self.options.endpoints:
            return _sent(_error(404, "endpoint not found"))
        return None

    def _start(self, job: Job) -> None:
        self.jobs.all[job.id] = job
        job.task = self.in_background(lambda: self._live(job))

    async def _live(self, job: Job) -> None:
        await self.jobs.live(job, self.workers)
        if job.status in FINAL:
            await self.webhooks.tell(job)

    async def _submit(self, request: Request) -> Response:
        what, endpoint = request.path_params["what"], request.path_params["endpoint"]
        if refusal := self._refused(request):
            return refusal
        if what not in MOST_BYTES:
            return _sent(_error(404, "not found"))
        if len(await request.body()) > MOST_BYTES[what]:
            return _sent(_error(400, f"body exceeds the limit of {MOST_BYTES[what]} bytes"))
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("input"), dict):
            return _sent(_error(400, "input is required"))
        prompt = _prompt(body)
        rules = self.rules.take_all(Call("job", endpoint, prompt))
        base = str(request.base_url).rstrip("/")
        job = Job(endpoint, self.options.endpoints[endpoint], body, base, prompt, rules, what == "runsync")
        self.record.jobs.append(prompt)
        early = self._early(job)
        self._start(job)
        if what == "run":
            if early and job.task:
                await asyncio.wait([job.task])
            return JSONResponse({"id": job.id, "status": "IN_QUEUE"})
        wait = min(max(float(request.query_params.get("wait", WAIT_MS)), LEAST_WAIT), MOST_WAIT)
        return await self._waited(job, wait / 1000 * self.options.policy_scale)

    def _early(self, job: Job) -> bool:
        call = Call("webhook", job.endpoint, job.prompt)
        return any(rule.do == "early" and rule.fits(call) for rule in self.rules.rules)

    async def _waited(self, job: Job, seconds: float) -> Response:
        """The answer of runsync: the finished job, or how far it is."""
        try:
            async with asyncio.timeout(seconds):
                while job.status not in FINAL and job.id in self.jobs.all:
                    await job.changed.wait()
        except TimeoutError:
            return JSONResponse({"id": job.id, "status": job.status})
        return JSONResponse(job.as_json())

    async def _about(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        job = self.jobs.find(request.path_params["endpoint"], request.path_params["id"])
        if job is None:
            return _sent(ANSWERS["not_found"](Rule("", ""), Call("")))
        match request.method, request.path_params["what"]:
            case _, "status":
                return JSONResponse(job.as_json())
            case "GET", "stream":
                chunks = [] if job.output is None else [{"output": job.output}]
                return JSONResponse({"status": job.status, "stream": chunks})
            case "POST", "cancel":
                self.jobs.cancel(job)
                return JSONResponse({"id": job.id, "status": job.status})
            case "POST", "retry":
                return self._again(job)
            case _:
                return _sent(_error(404, "not found"))

    def _again(self, job: Job) -> Response:
        if job.status not in ("FAILED", "TIMED_OUT"):
            return _sent(_error(400, "only failed jobs can be retried"))
        job.output = job.error = job.began = job.ended = None
        job.rules = []
        job.move("IN_QUEUE")
        self._start(job)
        return JSONResponse({"id": job.id, "status": job.status})

    async def _health(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        endpoint = request.path_params["endpoint"]
        names = {"completed": "COMPLETED", "failed": "FAILED", "inProgress": "IN_PROGRESS", "inQueue": "IN_QUEUE"}
        jobs = {name: len(self.jobs.of(endpoint, status)) for name, status in names.items()}
        running = jobs["inProgress"]
        return JSONResponse({"jobs": {**jobs, "retried": 0}, "workers": {"idle": int(not running), "running": running}})

    async def _purge(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        waiting = self.jobs.of(request.path_params["endpoint"], "IN_QUEUE")
        for job in waiting:
            self.jobs.cancel(job)
        return JSONResponse({"removed": len(waiting), "status": "completed"})

    async def _download(self, request: Request) -> Response:
        file = self.files.find(request.url.path)
        if file is None:  # an expired signature
            return Response(b"<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
        if file.reply is not None:
            return _sent(file.reply)
        return Response(await file.read(), media_type=file.content_type)


def _sent(reply: Reply) -> Response:
    kind = {} if isinstance(reply.body, bytes) else {"content-type": "application/json"}
    return Response(reply.raw, reply.status, {**kind, **reply.headers})


def _prompt(body: Any) -> str:
    """The words of a job, wherever its worker has them."""
    given = body.get("input") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        return ""
    return str(given.get("prompt") or "") or words(given.get("workflow"))
