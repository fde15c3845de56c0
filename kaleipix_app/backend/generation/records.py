"""Fenced writes to a generation that is being worked on."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select, update

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.credits.ledger import Ledger
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.feed import Feed, Previews
from kaleipix_app.backend.generation.machine import ACTIVE, FINAL, Event, State, move
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.jobs.base import Lease


class LeaseLost(Exception):
    """Someone else works on it now, or it has ended: stop without a trace."""


class Records:
    """What the runner knows and writes of a generation. Every write is refused under an old fence."""

    def __init__(self, clock: Clock, ledger: Ledger, feed: Feed, previews: Previews) -> None:
        self._clock = clock
        self._ledger = ledger
        self._feed = feed
        self._previews = previews

    async def load(self, uow: UnitOfWork, lease: Lease) -> Generation:
        """The row as it is now. Raises LeaseLost."""
        found = await uow.session.exec(
            select(Generation).where(
                col(Generation.id) == lease.job_id,
                col(Generation.fence) == lease.fence,
                col(Generation.state).in_(ACTIVE),
            )
        )
        row = found.first()
        if row is None:
            raise LeaseLost
        return row

    async def advance(self, uow: UnitOfWork, lease: Lease, event: Event, **values: Any) -> Generation:
        """Write what happened. A final state also settles the bill. Raises LeaseLost, IllegalMove."""
        row = await self.load(uow, lease)
        state = move(State(row.state), event)
        if state in FINAL:
            await uow.lock(lease.owner_id)
            values |= {"finished_at": self._clock.now(), "lease_until": None, "progress": None}
        changed = await uow.session.exec(
            update(Generation)
            .where(
                col(Generation.id) == lease.job_id,
                col(Generation.fence) == lease.fence,
                col(Generation.state) == row.state,
            )
            .values(state=state, **values)
        )
        if changed.rowcount != 1:
            raise LeaseLost
        if state in FINAL:
            await self._settle(uow, row, delivered=values.get("delivered", 0))
        uow.after_commit(lambda: self._feed.publish(row.owner_id))
        return row

    async def cancel_waiting(self, uow: UnitOfWork, row: Generation) -> bool:
        """End a generation that nobody works on yet; False if someone does by now."""
        await uow.lock(row.owner_id)
        changed = await uow.session.exec(
            update(Generation)
            .where(col(Generation.id) == row.id, col(Generation.state) == State.QUEUED)
            .values(state=move(State.QUEUED, Event.CANCELLED), finished_at=self._clock.now())
        )
        if changed.rowcount != 1:
            return False
        await self._settle(uow, row, delivered=0)
        return True

    async def _settle(self, uow: UnitOfWork, row: Generation, *, delivered: int) -> None:
        charged = row.price * delivered // row.count
        await self._ledger.settle(uow, row.owner_id, row.id, price=row.price, charged=charged)
        uow.after_commit(lambda: self._previews.drop(row.id))
