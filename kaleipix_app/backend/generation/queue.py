"""Generations as a queue: claimed by conditional UPDATE, with lease, heartbeat and fencing token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select, update

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import ACTIVE, Event, State, move
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.jobs.base import Lease

LEASE = timedelta(seconds=30)


class GenerationQueue:
    """The `LeaseQueue` over the generation table."""

    def __init__(self, db: Database, clock: Clock, feed: Feed) -> None:
        self._db = db
        self._clock = clock
        self._feed = feed

    async def claim(self, worker: str) -> Lease | None:
        """First whoever has the least at work, then who came first."""
        now = self._clock.now()
        other = aliased(Generation)
        at_work = (
            select(func.count())
            .select_from(other)
            .where(col(other.owner_id) == col(Generation.owner_id), col(other.lease_until) > now)
            .scalar_subquery()
        )
        async with self._db.unit_of_work() as uow:
            free = or_(col(Generation.lease_until).is_(None), col(Generation.lease_until) <= now)
            found = await uow.session.exec(
                select(Generation)
                .where(col(Generation.state).in_(ACTIVE), free)
                .order_by(at_work, col(Generation.id))
                .limit(1)
                .with_for_update(skip_locked=True)  # PostgreSQL: each of many workers takes another row
            )
            row = found.first()
            if row is None:
                return None
            lease = Lease(row.id, row.owner_id, row.fence + 1)
            changed = await uow.session.exec(
                update(Generation)
                .where(col(Generation.id) == row.id, col(Generation.fence) == row.fence)
                .values(
                    state=move(State(row.state), Event.CLAIMED),
                    fence=lease.fence,
                    attempts=row.attempts + 1,
                    progress=None,
                    lease_owner=worker,
                    lease_until=now + LEASE,
                    started_at=row.started_at or now,
                )
            )
            if changed.rowcount != 1:
                return None
            uow.after_commit(lambda: self._feed.publish(lease.owner_id))
            return lease

    async def heartbeat(self, lease: Lease) -> bool:
        return await self._change(lease, lease_until=self._clock.now() + LEASE)

    async def hand_back(self, lease: Lease) -> None:
        # A stop is not a crash: it must not count towards those that a generation may cause.
        await self._change(lease, lease_until=None, attempts=Generation.attempts - 1)

    async def take_over(self) -> int:
        async with self._db.unit_of_work() as uow:
            changed = await uow.session.exec(
                update(Generation).where(col(Generation.lease_until).is_not(None)).values(lease_until=None)
            )
            return changed.rowcount

    async def _change(self, lease: Lease, **values: Any) -> bool:
        async with self._db.unit_of_work() as uow:
            changed = await uow.session.exec(
                update(Generation)
                .where(
                    col(Generation.id) == lease.job_id,
                    col(Generation.fence) == lease.fence,
                    col(Generation.state).in_(ACTIVE),
                )
                .values(**values)
            )
            return changed.rowcount == 1
