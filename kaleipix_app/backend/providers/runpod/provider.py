"""RunPod behind the provider port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from kaleipix_app.backend.providers.base import (
    Delivered,
    Order,
    ProviderError,
    UnknownOutcome,
    Unsupported,
    Update,
)
from kaleipix_app.backend.providers.catalogue import MODELS, Model, RunpodWire
from kaleipix_app.backend.providers.outgoing import Outgoing
from kaleipix_app.backend.providers.runpod import failures, orders, results, workflows
from kaleipix_app.backend.providers.runpod.api import Api
from kaleipix_app.backend.providers.runpod.jobs import Job
from kaleipix_app.backend.providers.runpod.watch import FINISHED, Pace, Watch

ROOM = 200  # orders at a time: what RunPod takes of one endpoint


class RunpodProvider:
    """Orders from serverless endpoints. Keeps nothing: a job's text is enough for any process to go on with it."""

    key = "runpod"
    repeatable = False

    def __init__(
        self,
        api: Api,
        outgoing: Outgoing,
        endpoints: Mapping[str, str],
        *,
        models: Mapping[str, Model] = MODELS,
        room: int = ROOM,
        pace: Pace | None = None,
    ) -> None:
        """`endpoints` names the endpoint of each offered model. Raises BadWorkflow if a template does not fit."""
        self._api = api
        self._outgoing = outgoing
        self._endpoints = dict(endpoints)
        self._models = models
        self._room = room
        self._pace = pace or Pace()
        self._bells: dict[str, set[asyncio.Event]] = {}
        for model in models.values():
            if isinstance(model.wire, RunpodWire) and model.wire.workflow:
                workflows.load(model.wire.workflow)

    def room(self) -> int:
        return 0 if self._api.circuit.wait else self._room

    async def submit(self, order: Order) -> str:
        model, endpoint = self._models.get(order.model), self._endpoints.get(order.model)
        if model is None or endpoint is None:
            raise Unsupported("no endpoint for this model", sentence="This model is not set up here. Choose another.")
        body = await asyncio.to_thread(orders.body, order, model)
        return str(Job(endpoint, await self._api.run(endpoint, body), calls=bool(order.callback)))

    async def follow(self, job: str) -> AsyncIterator[Update]:
        with self._bell(job) as bell:
            async for update in Watch(self._api, Job.parse(job), self._pace, bell).updates():
                yield update

    async def collect(self, job: str) -> list[Delivered]:
        where = Job.parse(job)
        try:
            found = await self._api.status(where, counted=False)
        except UnknownOutcome as error:
            raise failures.gone() from error
        status = found["status"]
        if status not in FINISHED:
            raise ProviderError("collected before it was finished")
        if status == "COMPLETED":
            return await results.pictures(found.get("output"), self._outgoing)
        raise failures.failed(found.get("error")) if status == "FAILED" else failures.ended(status)

    async def cancel(self, job: str) -> None:
        try:
            where = Job.parse(job)
        except ProviderError:
            return
        await self._api.cancel(where)

    def job(self, model: str, name: str) -> str:
        return str(Job(self._endpoints.get(model, ""), name, calls=True))

    def nudge(self, job: str) -> None:
        for bell in self._bells.get(job, ()):
            bell.set()

    async def close(self) -> None:
        await self._api.close()

    @contextmanager
    def _bell(self, job: str) -> Iterator[asyncio.Event]:
        bell = asyncio.Event()
        self._bells.setdefault(job, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[job].discard(bell)
            if not self._bells[job]:
                del self._bells[job]
