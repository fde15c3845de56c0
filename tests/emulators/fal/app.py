"""fal.ai on one port: queue, direct calls, storage, CDN, keys, prices."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.emulators.emulator import Emulator
from tests.emulators.exchange import Reply
from tests.emulators.fal import failures, results
from tests.emulators.fal.cdn import Cdn
from tests.emulators.fal.inputs import BadInput, load_all
from tests.emulators.fal.jobs import Job, Jobs
from tests.emulators.fal.models import MODELS
from tests.emulators.fal.paths import job_path
from tests.emulators.fal.queue import Queue
from tests.emulators.fal.schema import check, filled
from tests.emulators.fal.settings import Settings
from tests.emulators.fal.webhooks import EVENTS, Delivery, Webhooks
from tests.emulators.files import Files
from tests.emulators.script import Call, Rule

PICTURE_EVENTS = frozenset(
    {"durations", "nsfw", "partial", "extra", "svg", "redirect", "url"}
    | {"null_size", "absent_size", "wrong_size", "changed"}
)
STEP_NAMES = "submit status stream result cancel token upload initiate download job webhook any other"
PLACES = {"/storage/auth/token": "token", "/files/upload": "upload", "/storage/upload/initiate": "initiate"}


class Fal(Emulator):
    """The emulator."""

    answers = failures.ANSWERS
    steps = frozenset(STEP_NAMES.split())
    job_events = PICTURE_EVENTS | EVENTS | failures.FAILURES.keys()

    def __init__(self, options: Settings | None = None) -> None:
        self.options = options or Settings()
        self.files = Files()
        queue, cdn = Queue(self), Cdn(self)
        super().__init__(
            [
                Route("/.well-known/jwks.json", self._jwks),
                Route("/v1/models/pricing", self._prices),
                *cdn.routes(),
                Route("/run/{model:path}", queue.direct, methods=["POST"]),
                Route("/{path:path}", queue.handle, methods=["GET", "POST", "PUT"]),
            ]
        )
        self.jobs = Jobs(self.options, self.holds)
        self.webhooks = Webhooks(self.options, self.rules, lambda: self.client)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to post a webhook."""
        return list(self.webhooks.deliveries)

    def settings(self) -> Settings:
        return self.options

    def describe(self, method: str, path: str, body: Any) -> Call:
        if found := job_path(path):
            job = self.jobs.all.get(found.id)
            return Call(found.step, job.model, job.prompt) if job else Call(found.step)
        if path.startswith("/files/") and method in ("GET", "HEAD"):
            file = self.files.find(path)
            return Call("download", file.model, file.prompt) if file else Call("download")
        if path in PLACES or path.startswith(("/files/", "/storage/")):
            return Call(PLACES.get(path, "upload"))
        if method == "POST":
            prompt = body.get("prompt") if isinstance(body, dict) else None
            return Call("submit", path.removeprefix("/run").strip("/"), prompt if isinstance(prompt, str) else "")
        return Call("other")

    def describe_job(self, job_id: str) -> dict[str, Any] | None:
        job = self.jobs.all.get(job_id)
        return {"id": job.id, "model": job.model, "stage": job.stage, "input": job.given} if job else None

    def unauthorized(self, header: str) -> Reply | None:
        """The refusal of a key, if it is not the right one."""
        scheme, _, key = header.partition(" ")
        right = bool(key) if self.options.key is None else key == self.options.key
        if scheme == "Key" and right:
            return None
        return failures.ANSWERS["unauthorized"](Rule("", ""), Call(""))

    def webhook_rules(self, job: Job) -> list[Rule]:
        """What is going to happen to the webhook of a job."""
        call = Call("webhook", job.model, job.prompt)
        return [rule for rule in self.rules.rules if rule.fits(call)]

    def start(self, job: Job) -> asyncio.Task[None]:
        """Take a job into the queue."""
        self.record.jobs.append(job.prompt)
        self.jobs.add(job)
        job.task = self.in_background(lambda: self._live(job))
        return job.task

    async def _live(self, job: Job) -> None:
        await self.jobs.live(job, self._refused, self._made)
        await self.webhooks.tell(job)

    async def _refused(self, job: Job) -> Reply | None:
        problems = check(MODELS[job.model].schema, job.given)
        return failures.model_error(422, problems) if problems else None

    async def _made(self, job: Job) -> Reply:
        for rule in job.rules:
            if rule.do in failures.FAILURES:
                return failures.FAILURES[rule.do](rule.args)
        model = MODELS[job.model]
        given = filled(model.schema, job.given)
        try:
            sources = await load_all(given, self.files, self.client)
        except BadInput as refused:
            return failures.model_error(422, [refused.problem])
        ends = time.time() + job.lifetime if job.lifetime else None
        prepared = next(self.options.prepared) if self.options.prepared else None
        order = results.Order(job.model, model, given, sources, job.base, self.files, job.rules, ends, prepared)
        body = await asyncio.to_thread(results.body, order) if given.get("sync_mode") else results.body(order)
        if changed := order.rule("changed"):
            body |= changed.args["fields"]
        return Reply(200, body, {"x-fal-billable-units": f"{results.units(order):g}"})

    async def _jwks(self, _request: Request) -> JSONResponse:
        return JSONResponse(self.webhooks.jwks)

    async def _prices(self, request: Request) -> JSONResponse:
        asked = request.query_params.getlist("endpoint_id")
        found = [(name, MODELS[name]) for name in asked if name in MODELS]
        prices = [
            {"endpoint_id": name, "unit_price": model.price, "unit": model.unit, "currency": "USD"}
            for name, model in found
        ]
        return JSONResponse({"prices": prices})
