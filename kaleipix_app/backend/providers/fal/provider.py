"""fal.ai as a provider."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from kaleipix_app.backend import log
from kaleipix_app.backend.providers.base import (
    Delivered,
    Order,
    ProviderError,
    TimedOut,
    UnknownOutcome,
    Unsupported,
    Update,
)
from kaleipix_app.backend.providers.catalogue import MODELS, Model
from kaleipix_app.backend.providers.circuit import Circuit
from kaleipix_app.backend.providers.fal import bodies, failures
from kaleipix_app.backend.providers.fal.addresses import Addresses, app_of, job_of, request_id_of
from kaleipix_app.backend.providers.fal.collector import Collector
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.uploads import LIFETIME, Uploads
from kaleipix_app.backend.providers.fal.watch import Watch
from kaleipix_app.backend.providers.outgoing import Answer, Outgoing, TooMuch

ROOM = 1000  # orders at once: fal queues what an account may not run yet
START_WITHIN = 3300  # seconds: less than a source can be fetched

_log = log.get("fal")


class FalProvider:
    """Orders through the queue, each with one POST that is never repeated."""

    key = "fal"
    repeatable = False

    def __init__(
        self,
        key: str,
        outgoing: Outgoing,
        *,
        queue_url: str,
        rest_url: str,
        cdn_url: str,
        models: Mapping[str, Model] = MODELS,
        room: int = ROOM,
        streams: int | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`streams`: jobs whose status is streamed, the others are asked about now and then. None: what is sensible."""
        self._headers = {"Authorization": f"Key {key}"}
        self._outgoing = outgoing
        self._addresses = Addresses(queue_url)
        self._pace = pace or Pace()
        self._uploads = Uploads(key, rest_url=rest_url, cdn_url=cdn_url, seconds=self._pace.upload)
        self._collector = Collector(outgoing, self._headers, self._pace)
        self._models = models
        self._room = room
        self._most_streams = _most_streams() if streams is None else streams
        self._streams = 0
        self._will_call: set[str] = set()  # request ids; after a restart these are watched like the others
        self._bells: dict[str, asyncio.Event] = {}
        self.circuit = Circuit(name=self.key)

    def room(self) -> int:
        if self.circuit.wait:
            return 0
        return 1 if self.circuit.is_half_open else self._room

    async def submit(self, order: Order) -> str:
        model = self._models.get(order.model)
        if model is None:
            raise Unsupported("unknown model")
        bodies.refuse_unfit(order, model)
        source_url = await self._uploads.put(order.source) if order.source is not None else ""
        mask_url = await self._uploads.put(order.mask) if order.mask is not None else ""
        endpoint = bodies.wire_of(model).endpoint
        answer = await self._post(
            self._addresses.submit(endpoint, order.callback), bodies.body(order, model, source_url, mask_url)
        )
        if not 200 <= answer.status < 300:
            raise failures.of(answer)
        job, trusted = self._addresses.taken(endpoint, answer.json())
        if not trusted:  # the job is real and is followed, but only at addresses of our own making
            _log.error("foreign_addresses", provider=self.key, model=model.id)
        if not job:
            raise UnknownOutcome("accepted without an id")
        if order.callback:
            self._will_call.add(request_id_of(job))
        return job

    async def _post(self, url: str, body: Mapping[str, Any]) -> Answer:
        """The one POST. Raises NotNow only if it cannot have arrived."""
        headers = {
            **self._headers,
            "X-Fal-Store-IO": "0",
            "X-Fal-Object-Lifecycle-Preference": json.dumps({"expiration_duration_seconds": LIFETIME}),
            "X-Fal-Request-Start-Timeout": str(START_WITHIN),
        }
        try:
            return await self._outgoing.call(
                "POST", url, headers=headers, json=body, circuit=self.circuit, read=self._pace.submit
            )
        except (TimedOut, TooMuch) as error:
            raise UnknownOutcome(str(error)) from error

    async def follow(self, job: str) -> AsyncGenerator[Update]:
        request_id = _known(job)
        calls_back = request_id in self._will_call
        bell = self._bells.setdefault(request_id, asyncio.Event())
        watch = Watch(
            lambda: self._status(job),
            None if calls_back or self._streams >= self._most_streams else lambda: self._lines(job),
            bell,
            self.circuit,
            self._pace,
            calls_back=calls_back,
        )
        try:
            async with aclosing(watch.updates()) as updates:
                async for update in updates:
                    yield update
        except TimedOut:
            await self.cancel(job)
            raise
        finally:
            self._bells.pop(request_id, None)

    async def _status(self, job: str) -> Answer:
        return await self._outgoing.call(
            "GET", self._addresses.status(job), headers=self._headers, circuit=self.circuit, read=self._pace.read
        )

    async def _lines(self, job: str) -> AsyncGenerator[bytes]:
        self._streams += 1
        try:
            async with self._outgoing.lines(
                self._addresses.stream(job), headers=self._headers, silence=self._pace.silence, circuit=self.circuit
            ) as lines:
                async for line in lines:
                    yield line
        finally:
            self._streams -= 1

    async def collect(self, job: str) -> list[Delivered]:
        request_id = _known(job)
        pictures = await self._collector.pictures(self._addresses.result(job))
        self._will_call.discard(request_id)
        return pictures

    async def cancel(self, job: str) -> None:
        request_id = request_id_of(job)
        if not request_id:
            return
        self._will_call.discard(request_id)
        try:
            async with asyncio.timeout(self._pace.cancel):
                await self._outgoing.call("PUT", self._addresses.cancel(job), headers=self._headers)
        except (ProviderError, TimeoutError) as error:
            _log.warning("cancel_failed", provider=self.key, error=type(error).__name__)

    def job(self, model: str, name: str) -> str:
        entry = self._models.get(model)
        return job_of(app_of(bodies.wire_of(entry).endpoint), name) if entry is not None else ""

    def nudge(self, job: str) -> None:
        bell = self._bells.get(request_id_of(job))
        if bell is not None:
            bell.set()

    async def close(self) -> None:
        """The connections are the house's; whoever made `outgoing` closes it."""


def _most_streams() -> int:
    """For every order one connection that only waits, but not where that takes the files that tabs need.

    A look now and then would come up to five seconds late, and a thousand jobs that are looked at keep a core busy.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ROOM if files == resource.RLIM_INFINITY else min(ROOM, files // 2)


def _known(job: str) -> str:
    """The request id in a job. Raises UnknownOutcome for what cannot be one: it would become a path."""
    request_id = request_id_of(job)
    if not request_id:
        raise UnknownOutcome("no id of fal")
    return request_id
