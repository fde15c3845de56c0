"""Figures of the queue for those who watch the studio. Reads only; nothing here is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.queue import LEASE


@dataclass(frozen=True)
class QueueFigures:
    """How the queue stands at one moment."""

    by_state: Mapping[State, int]
    oldest_seconds: float  # that the longest waiting generation has waited; 0 if none waits
    overdue: int  # leases that ran out more than their own length ago, and nobody took over

    @property
    def waiting(self) -> int:
        """Generations that nobody has begun."""
        return self.by_state[State.QUEUED]


class Figures:
    """Counts generations by where they stand."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def read(self) -> QueueFigures:
        """All of them, in one transaction. Raises DatabaseFailed."""
        now = self._clock.now()
        async with self._db.reading() as uow:
            counted = await uow.session.exec(
                select(Generation.state, func.count()).group_by(col(Generation.state))  # an index answers this
            )
            found = dict(counted.all())
            oldest = (
                await uow.session.exec(select(func.min(Generation.created_at)).where(Generation.state == State.QUEUED))
            ).one()
        by_state = {state: found.get(state, 0) for state in State}
        waited = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
        return QueueFigures(by_state, waited, await self.overdue())

    async def overdue(self) -> int:
        """Leases that should have been taken over by now. Raises DatabaseFailed."""
        async with self._db.reading() as uow:
            late = await uow.session.exec(
                select(func.count())
                .select_from(Generation)
                .where(col(Generation.state).in_(ACTIVE), col(Generation.lease_until) < self._clock.now() - LEASE)
            )
            return int(late.one())
