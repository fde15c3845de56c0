"""One leased generation from submit to settled bill. Whatever goes wrong ends on its row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from kaleipix_app.backend import log, metrics
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed, KaleipixError
from kaleipix_app.backend.generation.feed import Feed, Previews
from kaleipix_app.backend.generation.machine import Event
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.records import LeaseLost, Records
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.providers.base import Delivered, Order, Provider, ProviderError, Running, Update

MOST_ATTEMPTS = 3
_WRITE_EVERY = 0.25  # seconds between two written percentages
_WENT_WRONG = "Something went wrong on our side. Try again."
_KEEPS_STOPPING = "This one stopped the engine several times. Try other settings."

_log = log.get("generation")


class Runner:
    """The `JobWorker` for generations."""

    def __init__(
        self,
        db: Database,
        records: Records,
        images: Images,
        providers: Mapping[str, Provider],
        feed: Feed,
        previews: Previews,
    ) -> None:
        self._db = db
        self._records = records
        self._images = images
        self._providers = providers
        self._feed = feed
        self._previews = previews
        self._stops: dict[str, asyncio.Event] = {}

    def interrupt(self, generation_id: str) -> None:
        """Someone asked to cancel it: stop following at once if it runs here."""
        if generation_id in self._stops:
            self._stops[generation_id].set()

    async def run(self, lease: Lease) -> None:
        stop = self._stops[lease.job_id] = asyncio.Event()
        try:
            async with self._db.reading() as uow:
                row = await self._records.load(uow, lease)
            with log.request(row.request_id or None):
                await self._run(lease, row, stop)
        except LeaseLost:
            _log.warning("lease_lost", generation=lease.job_id)
        except DatabaseFailed:  # nothing can be written about it now: when the lease has run out it is resumed
            _log.error("put_off", generation=lease.job_id)
        finally:
            if self._stops.get(lease.job_id) is stop:  # a successor here may have its own by now
                del self._stops[lease.job_id]

    async def _run(self, lease: Lease, row: Generation, stop: asyncio.Event) -> None:
        if row.cancel_requested_at is not None:
            return await self._write(lease, Event.CANCELLED)
        if row.attempts > MOST_ATTEMPTS:
            return await self._fail(lease, "keeps_stopping", _KEEPS_STOPPING)
        try:
            delivered = await self._make(lease, row, stop)
            if delivered is None:
                return await self._write(lease, Event.CANCELLED)
            await self._keep(lease, row, delivered)
        except ProviderError as error:
            metrics.provider_errors.labels(row.provider, error.code).inc()
            _log.warning(
                "provider_failed", generation=row.id, provider=row.provider, code=error.code, detail=str(error)
            )
            await self._fail(lease, error.code, error.sentence)
        except (LeaseLost, DatabaseFailed):
            raise
        except KaleipixError as error:
            _log.warning("failed", generation=row.id, code=error.code)
            await self._fail(lease, error.code, error.sentence)
        except Exception as error:  # noqa: BLE001 - a bug must end as a refunded failure, not as a stuck row
            _log.error("crashed", generation=row.id, exc_info=error)
            await self._fail(lease, "internal", _WENT_WRONG)

    async def _make(self, lease: Lease, row: Generation, stop: asyncio.Event) -> list[Delivered] | None:
        """The provider's pictures, or None if the person cancelled."""
        provider = self._providers[row.provider]
        job = row.provider_job if row.provider_job and not provider.repeatable else None
        if job is None:
            job = await provider.submit(await self._order(row))
            await self._write(lease, Event.ACCEPTED, provider_job=job)
        written = 0.0
        try:
            async for update in until(stop, provider.follow(job)):
                if isinstance(update, Running):
                    written = await self._progress(lease, row, update, written)
            if stop.is_set():
                await provider.cancel(job)
                return None
        except asyncio.CancelledError:
            await provider.cancel(job)  # overtaken or shutting down: nobody will collect
            raise
        await self._write(lease, Event.READY)
        if delivered := await provider.collect(job):
            return delivered
        raise ProviderError("nothing was delivered")

    async def _order(self, row: Generation) -> Order:
        source: bytes | None = None
        if row.source_id is not None:
            async with self._db.reading() as uow:
                picture = await self._images.get(uow, row.owner_id, row.source_id)
            source = await self._images.original_bytes(picture)
        return Order(
            generation_id=row.id,
            model=row.model,
            prompt=row.prompt,
            width=row.width,
            height=row.height,
            count=row.count,
            seed=row.seed,
            params=row.params,
            source=source,
        )

    async def _progress(self, lease: Lease, row: Generation, update: Running, written: float) -> float:
        """Show it; write the percentage now and then. Returns when it was last written."""
        if update.preview is not None:
            self._previews.put(row.id, row.owner_id, update.preview)
        if time.monotonic() - written < _WRITE_EVERY:
            self._feed.publish(row.owner_id)
            return written
        await self._write(lease, Event.STARTED, progress=update.fraction)
        return time.monotonic()

    async def _keep(self, lease: Lease, row: Generation, delivered: list[Delivered]) -> None:
        """Store first (create-only, so a repeat is harmless), then write rows and bill in one transaction."""
        stored = [await self._images.store_result(row.id, n, one.data) for n, one in enumerate(delivered)]
        async with self._db.unit_of_work() as uow:
            for position, (one, kept) in enumerate(zip(delivered, stored, strict=True)):
                await self._images.add_result(uow, row.owner_id, row.id, position, one.seed, kept)
            await self._records.advance(uow, lease, Event.STORED, delivered=len(stored))

    async def _fail(self, lease: Lease, code: str, sentence: str) -> None:
        await self._write(lease, Event.FAILED, error_code=code, error_sentence=sentence)

    async def _write(self, lease: Lease, event: Event, **values: Any) -> None:
        async with self._db.unit_of_work() as uow:
            await self._records.advance(uow, lease, event, **values)


async def until(stop: asyncio.Event, updates: AsyncIterator[Update]) -> AsyncIterator[Update]:
    """The updates, until they end or `stop` is set."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while True:
            upcoming = asyncio.ensure_future(anext(updates, None))
            await asyncio.wait({upcoming, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
                return
            update = await upcoming
            if update is None:
                return
            yield update
    finally:
        stopped.cancel()
