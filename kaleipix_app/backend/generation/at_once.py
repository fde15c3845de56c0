"""A generation that nobody has to wait for is leased, and its order announced, by the transaction that writes it.

Otherwise its order waits for two more: the claim and the intent. One commit says the same as all three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.queue import GenerationQueue
from kaleipix_app.backend.jobs.base import JobEngine, Lease, Place
from kaleipix_app.backend.providers.base import Provider


class AtOnce:
    """Gives a new generation to the engine of this process, past the queue, when the queue would do just that."""

    def __init__(
        self,
        clock: Clock,
        queue: GenerationQueue,
        engine: JobEngine,
        providers: Mapping[str, Provider],
        expect: Callable[[Lease, Generation], None],
    ) -> None:
        """`expect(lease, row)` tells the worker that this row is as it was just written."""
        self._clock = clock
        self._queue = queue
        self._engine = engine
        self._providers = providers
        self._expect = expect

    async def begin(self, uow: UnitOfWork, row: Generation) -> bool:
        """Lease a row that is not in the table yet, if it is its turn. The work begins with the commit."""
        provider, place = self._providers.get(row.provider), self._engine.place(row.provider)
        if provider is None or place is None:
            return False
        uow.after_rollback(place.leave)
        if not await self._queue.is_turn(uow, row.provider, row.owner_id):
            place.leave()
            return False
        lease = self._queue.lease_new(row, place.worker)
        if not provider.repeatable and row.source_id is None:  # a source may be missing, and its upload takes a while
            row.ordered_at = self._clock.now()
        uow.after_commit(partial(self._start, place, lease, row))
        return True

    def _start(self, place: Place, lease: Lease, row: Generation) -> None:
        self._expect(lease, row)
        place.fill(lease)
