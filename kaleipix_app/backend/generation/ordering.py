"""Handing an order to a provider so that it is never handed over twice.

An intent is written before the provider is asked (with the row itself where nobody has to wait), its id right after.
Who finds an intent without an id does not know whether the order arrived, and never asks again: where the provider
calls back, its call brings the id within a while; else the generation ends, refunded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from kaleipix_app.backend import log
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.backend.generation.machine import Event
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.records import Records
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.providers.base import Order, Provider, ProviderError, UnknownOutcome
from kaleipix_app.backend.providers.catalogue import MODELS, Task

GRACE = timedelta(minutes=2)  # in which a provider calls back about an order whose id is not known
_TRIES = 10  # to write down an id, a second between two
_LAST_MOMENT = 1.5  # seconds for an answer that is under way when this process is stopped

_log = log.get("generation")


class Ordering:
    """Brings a generation to the point where its provider's id is known."""

    def __init__(
        self, db: Database, clock: Clock, records: Records, images: Images, callback: Callable[[str, str], str]
    ) -> None:
        """`callback(provider, generation_id)` is the address for the provider to call, or empty."""
        self._db = db
        self._clock = clock
        self._records = records
        self._images = images
        self._callback = callback

    async def job_of(self, lease: Lease, row: Generation, provider: Provider, *, is_fresh: bool) -> str | None:
        """The provider's id of the order, handed over now if it has not been; None: look again later.

        `is_fresh`: this process wrote the row a moment ago. If an intent is in it, it is ours and nothing was sent yet.

        Raises ProviderError, NotFound (the source), LeaseLost.
        """
        if provider.repeatable or row.ordered_at is None or is_fresh:
            return await self._submit(lease, row, provider)
        if row.provider_job is not None:
            return row.provider_job
        await self._wait_for_call(lease, row, UnknownOutcome("stopped while ordering"))
        return None

    async def _submit(self, lease: Lease, row: Generation, provider: Provider) -> str | None:
        order = await self._order(row)
        if not provider.repeatable and row.ordered_at is None:
            await self._mark(lease, row)
        asked = asyncio.ensure_future(provider.submit(order))
        try:
            job = await asyncio.shield(asked)
        except asyncio.CancelledError:
            await asyncio.wait({asked}, timeout=_LAST_MOMENT)
            if asked.done() and not asked.cancelled() and asked.exception() is None and not provider.repeatable:
                await self._keep(row, asked.result())
            asked.cancel()
            raise
        except UnknownOutcome as error:
            if provider.repeatable:
                raise
            await self._wait_for_call(lease, row, error)
            return None
        if not provider.repeatable:
            await self._keep(row, job)
        return job

    async def _mark(self, lease: Lease, row: Generation) -> None:
        row.ordered_at = self._clock.now()
        async with self._db.unit_of_work(short=True) as uow:
            await self._records.advance(uow, lease, Event.ORDERING, ordered_at=row.ordered_at)

    async def _keep(self, row: Generation, job: str) -> None:
        """Write the id down. A database that fails for a moment must not cost a picture that is being paid for."""
        for tries_left in reversed(range(_TRIES)):
            try:
                async with self._db.unit_of_work(short=True) as uow:
                    await self._records.accepted(uow, row.id, job)
                return
            except DatabaseFailed:
                if not tries_left:
                    raise
                await asyncio.sleep(1)

    async def _wait_for_call(self, lease: Lease, row: Generation, error: ProviderError) -> None:
        ordered_at = row.ordered_at or self._clock.now()
        left = ordered_at + GRACE - self._clock.now()
        if not self._callback(row.provider, row.id) or left <= timedelta():
            raise error
        _log.warning("order_unknown", generation=row.id, provider=row.provider, detail=str(error))
        async with self._db.unit_of_work() as uow:
            await self._records.look_later(uow, lease, left)

    async def _order(self, row: Generation) -> Order:
        no_words = any(row.prompt == task for task in Task)  # see `Requests.request`
        return Order(
            generation_id=row.id,
            model=row.model,
            prompt="" if no_words else row.prompt,
            width=row.width,
            height=row.height,
            count=row.count,
            seed=row.seed,
            params=row.params,
            source=await self._picture(row, row.source_id),
            mask=await self._picture(row, row.mask_id),
            aspect_ratio=row.aspect_ratio,
            callback=self._callback(row.provider, row.id),
        )

    async def _picture(self, row: Generation, image_id: str | None) -> bytes | None:
        """Source or mask; both are made smaller alike, so that they still fit each other."""
        if image_id is None:
            return None
        async with self._db.reading() as uow:
            picture = await self._images.get(uow, row.owner_id, image_id)
        model = MODELS.get(row.model)
        if model is None or not model.is_ai:  # the engine takes any size
            return await self._images.original_bytes(picture)
        return await self._images.within(picture, model.source_edge)
