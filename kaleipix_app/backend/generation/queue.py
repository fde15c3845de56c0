"""Generations as a queue: claimed by conditional UPDATE, with lease, heartbeat and fencing token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists
from sqlalchemy import select as sql_select
from sqlmodel import col, func, or_, select, update
from sqlmodel.sql.expression import Select

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db import locks
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import ACTIVE, Event, after
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.jobs.base import Lease

LEASE = timedelta(seconds=30)
_NEVER_GIVEN = 20 * LEASE
MOST_AT_WORK = 4  # of one person at the same time, however much room there is: the others wait their turn


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
            await locks.claims(await uow.session.connection())
            for lane, free in room.items():
                leases += await self._next(uow, lane, free, now)
            if leases:
                await self._take(uow, worker, [lease.job_id for lease in leases], now)
            for owner_id in {lease.owner_id for lease in leases}:
                uow.after_commit(partial(self._feed.publish, owner_id))
        return leases

    async def is_turn(self, uow: UnitOfWork, lane: str, owner_id: str) -> bool:
        """Whether a new one of this person would be claimed now: nobody waits in its lane, and it is not one too many.

        Until the end of the transaction nobody else claims anything.
        """
        connection = await uow.session.connection()
        if not await locks.claims_if_free(connection):
            return False
        now = self._clock.now()
        values = {"lane": lane, "owner": owner_id, "now": now, "never_given": now + _NEVER_GIVEN}
        somebody_waits, at_work = (await connection.execute(_TURN, values)).one()
        return not somebody_waits and at_work < MOST_AT_WORK

    def lease_new(self, row: Generation, worker: str) -> Lease:
        """Write on a row that is not in the table yet what `claim` would."""
        now = self._clock.now()
        row.state, row.fence, row.attempts, row.started_at = after(Event.CLAIMED), 1, 1, now
        row.lease_owner, row.lease_until = worker, now + LEASE
        return Lease(row.id, row.owner_id, row.fence, row.provider)

    async def heartbeat(self, worker: str, jobs: Collection[str]) -> set[tuple[str, int]]:
        mine = (
            col(Generation.id).in_(jobs),
            col(Generation.lease_owner) == worker,
            col(Generation.lease_until).is_not(None),
        )
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
                .values(lease_until=None, attempts=Generation.attempts - 1, fetches=0)
            )

    async def take_over(self) -> int:
        async with self._db.unit_of_work() as uow:
            changed = await uow.session.exec(
                update(Generation).where(col(Generation.lease_until).is_not(None)).values(lease_until=None)
            )
            return changed.rowcount

    @staticmethod
    async def _next(uow: UnitOfWork, lane: str, most: int, now: datetime) -> list[Lease]:
        values = {"lane": lane, "most": most, "now": now, "never_given": now + _NEVER_GIVEN}
        found = await uow.session.exec(_NEXT, params=values)
        return [Lease(job_id, owner_id, fence + 1, lane) for job_id, owner_id, fence in found]

    @staticmethod
    async def _take(uow: UnitOfWork, worker: str, ids: list[str], now: datetime) -> None:
        """Lease these rows, which nobody else can change before the end of the transaction."""
        values = {"ids": ids, "worker": worker, "now": now, "until": now + LEASE}
        await (await uow.session.connection()).execute(_TAKE, values)


_NOW: BindParameter[datetime] = bindparam("now")
_NEVER: BindParameter[datetime] = bindparam("never_given")  # a lease that long: the clock was set back since


def _waits() -> tuple[ColumnElement[bool], ...]:
    """Unfinished in this lane, leased to nobody, and due. Parameters: lane, now, never_given."""
    until = col(Generation.lease_until)
    free = or_(until.is_(None), until <= _NOW, until > _NEVER)
    due = or_(col(Generation.not_before).is_(None), col(Generation.not_before) <= _NOW)
    return col(Generation.provider) == bindparam("lane"), col(Generation.state).in_(sorted(ACTIVE)), free, due


def _at_work() -> tuple[ColumnElement[bool], ...]:
    """Leased to somebody. Parameters: now, never_given."""
    return col(Generation.lease_until) > _NOW, col(Generation.lease_until) <= _NEVER


def _whose_turn() -> Select[str, str, int]:
    """The next rows of a lane, locked. Parameters: lane, now, never_given, most."""
    wanted = _waits()
    busy = (
        select(col(Generation.owner_id), func.count().label("jobs"))
        .where(*_at_work())
        .group_by(col(Generation.owner_id))
        .subquery()
    )
    turn = func.row_number().over(partition_by=col(Generation.owner_id), order_by=col(Generation.id))
    turns = select(col(Generation.id), turn.label("turn")).where(*wanted).subquery()
    place = func.coalesce(busy.c.jobs, 0) + turns.c.turn
    return (
        select(col(Generation.id), col(Generation.owner_id), col(Generation.fence))
        .join(turns, turns.c.id == Generation.id)
        .outerjoin(busy, busy.c.owner_id == Generation.owner_id)
        .where(place <= MOST_AT_WORK)
        .where(*wanted)  # again: on PostgreSQL a row is looked at once more when it is locked
        .order_by(place, col(Generation.id))
        .limit(bindparam("most"))
        .with_for_update(of=Generation, skip_locked=True)  # PostgreSQL: what another process claims is passed over
    )


# Built once: that takes longer than asking.
_NEXT = _whose_turn()
_TURN = sql_select(
    exists().where(*_waits()),
    select(func.count())
    .select_from(Generation)
    .where(col(Generation.owner_id) == bindparam("owner"), col(Generation.state).in_(sorted(ACTIVE)), *_at_work())
    .scalar_subquery(),
)
_TAKE = (
    update(Generation)
    .where(col(Generation.id).in_(bindparam("ids", expanding=True)))
    .values(
        state=after(Event.CLAIMED),
        fence=Generation.fence + 1,
        attempts=Generation.attempts + 1,
        progress=None,
        not_before=None,
        lease_owner=bindparam("worker"),
        lease_until=bindparam("until"),
        started_at=func.coalesce(col(Generation.started_at), bindparam("now")),
    )
)
