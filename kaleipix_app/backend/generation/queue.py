"""Generations as a queue: claimed by conditional UPDATE, with lease, heartbeat and fencing token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select, update

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import ACTIVE, Event, State, move
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.jobs.base import Lease

LEASE = timedelta(seconds=30)
MOST_AT_WORK = 4  # of one person at the same time, however much room there is: the others wait their turn
_AT_ONCE = 50  # claims in one transaction


class GenerationQueue:
    """The `LeaseQueue` over the generation table. A lane is a provider."""

    def __init__(self, db: Database, clock: Clock, feed: Feed) -> None:
        self._db = db
        self._clock = clock
        self._feed = feed

    async def claim(self, worker: str, room: Mapping[str, int]) -> list[Lease]:
        """First whoever has the least at work, then who came first; nobody has more than MOST_AT_WORK."""
        now = self._clock.now()
        leases: list[Lease] = []
        async with self._db.unit_of_work() as uow:
            for lane, free in room.items():
                rows = await self._next(uow, lane, min(free, _AT_ONCE), now)
                leases += [lease for row in rows if (lease := await self._lease(uow, row, worker, now))]
            for owner_id in {lease.owner_id for lease in leases}:
                uow.after_commit(lambda owner_id=owner_id: self._feed.publish(owner_id))  # type: ignore[misc]
        return leases

    async def heartbeat(self, worker: str) -> set[tuple[str, int]]:
        mine = (col(Generation.lease_owner) == worker, col(Generation.lease_until).is_not(None))
        async with self._db.unit_of_work() as uow:
            await uow.session.exec(update(Generation).where(*mine).values(lease_until=self._clock.now() + LEASE))
            held = await uow.session.exec(select(Generation.id, Generation.fence).where(*mine))
            return {(job_id, fence) for job_id, fence in held}

    async def hand_back(self, lease: Lease) -> None:
        # A stop is not a crash: it must not count towards those that a generation may cause.
        async with self._db.unit_of_work() as uow:
            await uow.session.exec(
                update(Generation)
                .where(
                    col(Generation.id) == lease.job_id,
                    col(Generation.fence) == lease.fence,
                    col(Generation.state).in_(ACTIVE),
                )
                .values(lease_until=None, attempts=Generation.attempts - 1)
            )

    async def take_over(self) -> int:
        async with self._db.unit_of_work() as uow:
            changed = await uow.session.exec(
                update(Generation).where(col(Generation.lease_until).is_not(None)).values(lease_until=None)
            )
            return changed.rowcount

    @staticmethod
    async def _next(uow: UnitOfWork, lane: str, most: int, now: datetime) -> list[Generation]:
        busy = (
            select(col(Generation.owner_id), func.count().label("jobs"))
            .where(col(Generation.lease_until) > now)
            .group_by(col(Generation.owner_id))
            .subquery()
        )
        wanted = (col(Generation.provider) == lane, *_claimable(now))
        turn = func.row_number().over(partition_by=col(Generation.owner_id), order_by=col(Generation.id))
        turns = select(col(Generation.id), turn.label("turn")).where(*wanted).subquery()
        place = func.coalesce(busy.c.jobs, 0) + turns.c.turn
        found = await uow.session.exec(
            select(Generation)
            .join(turns, turns.c.id == Generation.id)
            .outerjoin(busy, busy.c.owner_id == Generation.owner_id)
            .where(place <= MOST_AT_WORK)
            .where(*wanted)  # again: on PostgreSQL a row is looked at once more when it is locked
            .order_by(place, col(Generation.id))
            .limit(most)
            .with_for_update(of=Generation, skip_locked=True)  # PostgreSQL: what another process claims is passed over
        )
        return list(found)

    @staticmethod
    async def _lease(uow: UnitOfWork, row: Generation, worker: str, now: datetime) -> Lease | None:
        lease = Lease(row.id, row.owner_id, row.fence + 1, row.provider)
        changed = await uow.session.exec(
            update(Generation)
            .where(col(Generation.id) == row.id, col(Generation.fence) == row.fence)
            .values(
                state=move(State(row.state), Event.CLAIMED),
                fence=lease.fence,
                attempts=row.attempts + 1,
                progress=None,
                not_before=None,
                lease_owner=worker,
                lease_until=now + LEASE,
                started_at=row.started_at or now,
            )
            .execution_options(synchronize_session=False)
        )
        return lease if changed.rowcount == 1 else None


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(col(Generation.lease_until).is_(None), col(Generation.lease_until) <= now)
    due = or_(col(Generation.not_before).is_(None), col(Generation.not_before) <= now)
    return col(Generation.state).in_(ACTIVE), free, due
