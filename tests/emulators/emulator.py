"""What every emulator has: a script, gates, a record, and a way to be told from another process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from tests.emulators import control
from tests.emulators.exchange import Exchange
from tests.emulators.faults import ANSWERS, FAULTS, Answer, perform
from tests.emulators.holds import Hold, Holds
from tests.emulators.record import Record, Recorded, Submissions, readable, without_secrets
from tests.emulators.script import Call, Rule, Script

log = logging.getLogger(__name__)


class Emulator:
    """An ASGI application; a subclass says what its requests mean (`describe`) and answers them (its routes)."""

    answers: Mapping[str, Answer] = {}
    steps: frozenset[str] = frozenset()
    job_events: frozenset[str] = frozenset()  # what can be scripted on jobs and webhooks

    def __init__(self, routes: list[BaseRoute]) -> None:
        self.rules = Script()
        self.holds = Holds()
        self.record = Record()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self._inner = Starlette(routes=[*control.routes(self), *routes], lifespan=self._lifespan)

    def describe(self, method: str, path: str, body: Any) -> Call:
        raise NotImplementedError

    def describe_job(self, job_id: str) -> dict[str, Any] | None:
        raise NotImplementedError

    def settings(self) -> object:
        """The object whose attributes `POST /_emulator/settings` changes."""
        raise NotImplementedError

    def script(
        self,
        on: str,
        do: str,
        *,
        times: int | None = 1,
        model: str | None = None,
        prompt: str | None = None,
        **args: Any,
    ) -> Rule:
        """Let something happen to the next `times` requests or jobs that fit; `times=None`: to all."""
        known = self.job_events if on in ("job", "webhook") else FAULTS.keys() | ANSWERS.keys() | self.answers.keys()
        if on not in self.steps or do not in known:
            raise ValueError(f"This emulator cannot do {do!r} on {on!r}.")
        return self.rules.add(Rule(on, do, times, model, prompt, args))

    def hold(self, stage: str, *, model: str | None = None, prompt: str | None = None) -> Hold:
        """Stop jobs when they reach a stage: `queued`, `starting`, `running`."""
        return self.holds.hold(stage, model, prompt)

    def release(self, stage: str | None = None, *, prompt: str | None = None) -> None:
        """Let held jobs go on."""
        self.holds.release(stage, prompt)

    @property
    def requests(self) -> list[Recorded]:
        return list(self.record.requests)

    def submissions(self, prompt: str | None = None) -> Submissions:
        """How many submissions with this in the prompt arrived, and how many jobs they made."""
        return self.record.submissions(prompt)

    @property
    def client(self) -> httpx.AsyncClient:
        """For what the service itself fetches and posts; the proxies of this machine are none of its business."""
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=15)
        return self._client

    def in_background(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("A job of the emulator itself failed", exc_info=problem)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_emulator"):
            await self._inner(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._inner)
        method, path = scope["method"], scope["path"]
        call = self.describe(method, path, None)
        if self.rules.take(call, do="cut"):
            self._note(exchange, call, None).outcome = "cut"
            await exchange.cut()
            return
        body = readable(await exchange.read())
        call = self.describe(method, path, body)
        entry = self._note(exchange, call, body)
        if call.step == "submit":
            self.record.posted.append(call.prompt)
        try:
            if rule := self.rules.take(call):
                await perform(exchange, rule, call, self.answers)
            else:
                await exchange.pass_on()
        except Exception:
            log.exception("The emulator itself failed")  # uvicorn's log is silenced, this must be seen
            raise
        finally:
            entry.outcome = exchange.outcome

    def _note(self, exchange: Exchange, call: Call, body: Any) -> Recorded:
        scope = exchange.scope
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        made = Recorded(scope["method"], scope["path"], query, without_secrets(exchange.headers), body, call)
        self.record.requests.append(made)
        return made
