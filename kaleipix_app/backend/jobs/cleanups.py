"""Cleanups: what is removed by itself, hourly, each run on record.

A cleanup lives in the package whose data it removes. Here is what they have in common.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, inspect, tuple_
from sqlmodel import SQLModel, delete, func, select

from kaleipix_app.backend import log, tokens
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.models import CleanupRun

OVERDUE = timedelta(hours=26)
BATCH = 1_000  # rows in one transaction

_log = log.get("cleanups")


@dataclass(frozen=True)
class Cleanup:
    """One promise. `remove(as_of, dry)` returns how many things went, or would go."""

    name: str
    promise: str
    remove: Callable[[datetime, bool], Awaitable[int]]


@dataclass(frozen=True)
class Outcome:
    """What one run did; `removed` is None if it failed."""

    name: str
    promise: str
    removed: int | None


class Cleanups:
    """Runs them one after the other; one that fails does not keep the others from running."""

    def __init__(self, db: Database, clock: Clock, cleanups: Sequence[Cleanup]) -> None:
        self._db = db
        self._clock = clock
        self._cleanups = cleanups

    async def run(self, as_of: datetime | None = None, *, dry: bool = False) -> list[Outcome]:
        """All of them, as if it were `as_of`. A dry run only counts and leaves no record."""
        outcomes = [await self._run(cleanup, as_of or self._clock.now(), dry) for cleanup in self._cleanups]
        if not dry:
            await self._alert_if_overdue()
        return outcomes

    async def _run(self, cleanup: Cleanup, as_of: datetime, dry: bool) -> Outcome:
        started = self._clock.now()
        removed: int | None = None
        try:
            removed = await cleanup.remove(as_of, dry)
        except Exception as error:  # noqa: BLE001 - recorded, and the next cleanup still gets its turn
            _log.error("cleanup_failed", cleanup=cleanup.name, exc_info=error)
        if not dry:
            await self._record(cleanup.name, as_of, started, removed)
        return Outcome(cleanup.name, cleanup.promise, removed)

    async def _record(self, name: str, as_of: datetime, started: datetime, removed: int | None) -> None:
        async with self._db.unit_of_work() as uow:
            uow.session.add(
                CleanupRun(
                    id=tokens.new_id(),
                    cleanup=name,
                    as_of=as_of,
                    started_at=started,
                    finished_at=self._clock.now(),
                    removed=removed or 0,
                    outcome="failed" if removed is None else "done",
                )
            )
        if removed:  # an hour in which nothing had to go is on record, and no news
            _log.info("cleaned_up", cleanup=name, removed=removed)

    async def last_done(self) -> dict[str, datetime | None]:
        """When each of them last succeeded; None for never. Raises DatabaseFailed."""
        async with self._db.reading() as uow:
            found = await uow.session.exec(
                select(CleanupRun.cleanup, func.max(CleanupRun.started_at))
                .where(CleanupRun.outcome == "done")
                .group_by(CleanupRun.cleanup)
            )
            last = dict(found.all())
        return {cleanup.name: last.get(cleanup.name) for cleanup in self._cleanups}

    async def overdue(self) -> list[str]:
        """Those that have not succeeded for 26 hours, by name. Raises DatabaseFailed."""
        limit = self._clock.now() - OVERDUE
        return [name for name, last in (await self.last_done()).items() if last is None or last < limit]

    async def _alert_if_overdue(self) -> None:
        """A cleanup that has not succeeded for 26 hours breaks a promise: say so loudly."""
        for name in await self.overdue():
            _log.error("alert_cleanup_overdue", cleanup=name)


async def remove_rows(db: Database, table: type[SQLModel], condition: ColumnElement[bool], dry: bool) -> int:
    """Delete the rows that meet the condition, a thousand in one transaction, or only count them."""
    if dry:
        async with db.reading() as uow:
            found = await uow.session.exec(select(func.count()).select_from(table).where(condition))
            return int(found.one())
    removed = 0
    while batch := await _remove_some(db, table, condition):
        removed += batch
    if removed:
        await db.forget()
    return removed


async def _remove_some(db: Database, table: type[SQLModel], condition: ColumnElement[bool]) -> int:
    """One transaction: nobody who is waiting to write waits for the whole of it."""
    keys = inspect(table).primary_key
    async with db.unit_of_work() as uow:
        some = select(*keys).where(condition).limit(BATCH)
        return int((await uow.session.exec(delete(table).where(tuple_(*keys).in_(some)))).rowcount)
