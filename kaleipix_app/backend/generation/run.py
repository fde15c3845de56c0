"""One leased generation from submit to settled bill. Whatever goes wrong ends on its row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import timedelta
from typing import Any

from kaleipix_app.backend import log, metrics
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, DatabaseFailed, KaleipixError, TooLarge
from kaleipix_app.backend.generation.feed import Feed, Previews
from kaleipix_app.backend.generation.machine import Event
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.ordering import Ordering
from kaleipix_app.backend.generation.provenance import source_type
from kaleipix_app.backend.generation.records import LeaseLost, Records
from kaleipix_app.backend.generation.updates import Shown, until
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.media.images import Images, StoredResult
from kaleipix_app.backend.providers.base import (
    Delivered,
    NotNow,
    Provider,
    ProviderError,
    Running,
    TimedOut,
    Unconfigured,
    Update,
)

MOST_ATTEMPTS = 3  # of the built-in engine: what stops the process so often will stop it again
MOST_FETCHES = 20  # of a provider's result; waiting for somebody else's machine stops no process
MOST_WAIT = timedelta(minutes=30)  # until it is ordered
MOST_FOLLOW = timedelta(hours=2)  # from the order on, restarts included
_SAVES_QUICKLY = 0.25  # seconds until a tab is told that a picture is being saved, and not yet that it is there
_NEWS_FIRST = 0.3  # seconds from the end of a generation until its previews are made
_WENT_WRONG = "Something went wrong on our side. Try again."
_UNUSABLE = "The provider sent something that is not a picture. Try again, or choose another model."
_KEEPS_STOPPING = "This one stopped the engine several times. Try other settings."

_log = log.get("generation")


class Runner:
    """The `JobWorker` for generations."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        records: Records,
        ordering: Ordering,
        images: Images,
        providers: Mapping[str, Provider],
        feed: Feed,
        previews: Previews,
    ) -> None:
        self._db = db
        self._clock = clock
        self._records = records
        self._ordering = ordering
        self._images = images
        self._providers = providers
        self._feed = feed
        self._previews = previews
        self._stops: dict[str, asyncio.Event] = {}
        self._suspect = asyncio.Lock()
        self._fresh: dict[str, Generation] = {}

    def interrupt(self, generation_id: str) -> None:
        """Someone asked to cancel it: stop following at once if it runs here."""
        if generation_id in self._stops:
            self._stops[generation_id].set()

    def expect(self, lease: Lease, row: Generation) -> None:
        """The run of this lease, which begins now, is the first: its row is as it was just written."""
        self._fresh[lease.job_id] = row

    async def run(self, lease: Lease) -> None:
        stop = self._stops[lease.job_id] = asyncio.Event()
        fresh = self._fresh.pop(lease.job_id, None)
        try:
            row = fresh or await self._load(lease)
            with log.request(row.request_id or None):
                await self._run(lease, row, stop, is_fresh=fresh is not None)
        except LeaseLost:
            _log.warning("lease_lost", generation=lease.job_id)
        except DatabaseFailed:  # nothing can be written about it now: when the lease has run out it is resumed
            _log.error("put_off", generation=lease.job_id)
        finally:
            if self._stops.get(lease.job_id) is stop:  # a successor here may have its own by now
                del self._stops[lease.job_id]

    async def _load(self, lease: Lease) -> Generation:
        async with self._db.reading(short=True) as uow:
            return await self._records.load(uow, lease)

    async def _run(self, lease: Lease, row: Generation, stop: asyncio.Event, *, is_fresh: bool) -> None:
        try:
            provider = self._providers.get(row.provider)
            if provider is None:
                raise Unconfigured("switched off since it was asked for")
            if row.cancel_requested_at is not None:
                return await self._cancel(lease, provider, row.provider_job)
            if row.attempts > MOST_ATTEMPTS if provider.repeatable else row.fetches >= MOST_FETCHES:
                return await self._fail(lease, "keeps_stopping", _KEEPS_STOPPING)
            job = await self._ordering.job_of(lease, row, provider, is_fresh=is_fresh)
            if job is not None:
                await self._finish(lease, row, provider, job, stop)
        except NotNow as error:
            await self._later(lease, row, error)
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

    async def _finish(self, lease: Lease, row: Generation, provider: Provider, job: str, stop: asyncio.Event) -> None:
        """Follow the order, collect, keep, settle."""
        shown = Shown()
        try:
            async for update in until(stop, provider.follow(job)):
                await self._show(lease, row, update, shown)
        except (asyncio.CancelledError, LeaseLost):
            if provider.repeatable:
                await provider.cancel(job)  # overtaken or shutting down: nobody will collect
            raise
        if stop.is_set():
            await self._cancel(lease, provider, job)
            return
        # The process died while this one was being fetched: was it the cause, or only there? One at a time tells.
        async with self._suspect if row.fetches else nullcontext():
            saving = asyncio.get_running_loop().call_later(_SAVES_QUICKLY, self._feed.publish, row.owner_id)
            try:
                delivered = (await self._collected(lease, row, provider, job))[: row.count]  # more is not charged
                if not delivered:
                    raise ProviderError("nothing was delivered")
                kept = await self._keep(lease, row, delivered)
            finally:
                saving.cancel()
            if not provider.repeatable:  # its lane is long: the news goes first, and does not share the cores with this
                await asyncio.sleep(_NEWS_FIRST)
            await self._make_previews(kept)

    async def _collected(self, lease: Lease, row: Generation, provider: Provider, job: str) -> list[Delivered]:
        """What was made, fetched while it is written that it is; no pixel is looked at before that is done."""
        fetching = asyncio.ensure_future(provider.collect(job))
        try:
            await self._write(lease, Event.READY, fetches=row.fetches + 1)
            return await fetching
        finally:
            if not fetching.done():
                fetching.cancel()
                await asyncio.gather(fetching, return_exceptions=True)

    async def _later(self, lease: Lease, row: Generation, error: NotNow) -> None:
        """The provider cannot take or give it now: wait, but not for ever."""
        now, wait = self._clock.now(), timedelta(seconds=error.retry_after)
        row = await self._load(lease)
        ordered_at = row.ordered_at if row.provider_job is not None else None
        if ordered_at is not None and now - ordered_at > MOST_FOLLOW:
            await self._fail(lease, TimedOut.code, TimedOut.sentence)
        elif ordered_at is None and now - row.created_at > MOST_WAIT:
            await self._fail(lease, error.code, error.sentence)
        else:
            _log.info("put_off", generation=row.id, provider=row.provider, code=error.code)
            change = self._records.put_off if ordered_at is None else self._records.look_later
            async with self._db.unit_of_work() as uow:
                await change(uow, lease, wait)

    async def _show(self, lease: Lease, row: Generation, update: Update, shown: Shown) -> None:
        """What the provider says: on the row, and to whoever watches."""
        if isinstance(update, Running) and update.preview is not None:
            self._previews.put(row.id, row.owner_id, update.preview)
        if shown.is_news(update, len(self._stops)):
            await self._write(lease, shown.event, progress=shown.progress, provider_place=shown.place)
        else:
            self._feed.publish(row.owner_id)

    async def _keep(self, lease: Lease, row: Generation, delivered: list[Delivered]) -> list[StoredResult]:
        """Store first (create-only, so a repeat is harmless), then write rows and bill in one transaction."""
        stored: list[tuple[int, Delivered, StoredResult]] = []
        made_by = source_type(row.model, row.source_id)
        for position, one in enumerate(delivered):
            try:
                kept = await self._images.store_result(row.id, position, one.data, made_by)
            except (BadInput, TooLarge) as error:  # the others may be fine
                _log.warning("result_unusable", generation=row.id, provider=row.provider, code=error.code)
            else:
                stored.append((position, one, kept))
        if not stored:
            raise ProviderError("no usable picture", sentence=_UNUSABLE)
        async with self._db.unit_of_work(short=True) as uow:
            # First, so that who was overtaken ends here.
            await self._records.advance(uow, lease, Event.STORED, delivered=len(stored))
            for position, one, kept in stored:
                await self._images.add_result(uow, row.owner_id, row.id, position, one.seed, kept)
        return [kept for _, _, kept in stored]

    async def _make_previews(self, stored: list[StoredResult]) -> None:
        """It is done; who looks closer need not wait."""
        for kept in stored:
            with suppress(KaleipixError):  # made when it is asked for instead
                await self._images.small_copy(kept.storage_key, "preview")

    async def _cancel(self, lease: Lease, provider: Provider, job: str | None) -> None:
        if job is not None:
            await provider.cancel(job)
        await self._write(lease, Event.CANCELLED)

    async def _fail(self, lease: Lease, code: str, sentence: str) -> None:
        await self._write(lease, Event.FAILED, error_code=code, error_sentence=sentence)

    async def _write(self, lease: Lease, event: Event, **values: Any) -> None:
        async with self._db.unit_of_work(short=True) as uow:
            await self._records.advance(uow, lease, event, **values)
