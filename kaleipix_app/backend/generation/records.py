"""Fenced writes to a generation that is being worked on."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, select, update

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.credits.ledger import Ledger
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.ended import EndMails
from kaleipix_app.backend.generation.feed import Feed, Previews
from kaleipix_app.backend.generation.machine import ACTIVE, FINAL, Event, State, after, before, move
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.providers.base import UnknownOutcome

_LOAD = select(Generation).where(
    col(Generation.id) == bindparam("id"),
    col(Generation.fence) == bindparam("fence"),
    col(Generation.state).in_(sorted(ACTIVE)),
)


@cache  # of the few there are: building one takes longer than its work
def _advancing(event: Event, names: tuple[str, ...]) -> ReturningUpdate[int, int]:
    """Writes an event and these columns (as `new_…`) under the fence `held` of the generation `job`."""
    return (
        update(Generation)
        .where(
            col(Generation.id) == bindparam("job"),
            col(Generation.fence) == bindparam("held"),
            col(Generation.state).in_(sorted(before(event))),
        )
        .values(state=after(event), **{name: bindparam(f"new_{name}") for name in names})
        .returning(col(Generation.price), col(Generation.count))
    )


class LeaseLost(Exception):
    """Someone else works on it now, or it has ended: stop without a trace."""


class Records:
    """What the runner knows and writes of a generation. Every write is refused under an old fence."""

    def __init__(self, clock: Clock, ledger: Ledger, feed: Feed, previews: Previews, mails: EndMails) -> None:
        self._clock = clock
        self._ledger = ledger
        self._feed = feed
        self._previews = previews
        self._mails = mails

    async def load(self, uow: UnitOfWork, lease: Lease) -> Generation:
        """The row as it is now. Raises LeaseLost."""
        found = await uow.session.exec(_LOAD, params={"id": lease.job_id, "fence": lease.fence})
        row = found.first()
        if row is None:
            raise LeaseLost
        return row

    async def advance(self, uow: UnitOfWork, lease: Lease, event: Event, **values: Any) -> None:
        """Write what happened. A final state also settles the bill. Raises LeaseLost, IllegalMove."""
        state = after(event)
        if state in FINAL:
            await uow.lock(lease.owner_id)
            values |= {"finished_at": self._clock.now(), "lease_until": None, "progress": None, "provider_place": None}
        statement = _advancing(event, tuple(sorted(values)))
        new = {f"new_{name}": value for name, value in values.items()}
        connection = await uow.session.connection()
        bill: Any = (await connection.execute(statement, {"job": lease.job_id, "held": lease.fence, **new})).first()
        if bill is None:  # rare: looked at only now, because this is done several times for every picture
            row = await self.load(uow, lease)
            move(State(row.state), event)
            raise LeaseLost
        if state in FINAL:
            price, count = bill
            await self._settle(uow, lease.owner_id, lease.job_id, price, price * values.get("delivered", 0) // count)
            await self._mails.ended(uow, lease.job_id)
        if event is not Event.READY:  # as a rule the picture is there before a tab could say so; else `Runner` rings
            ring = self._feed.publish_end if state in FINAL else self._feed.publish
            uow.after_commit(lambda: ring(lease.owner_id))

    async def put_off(self, uow: UnitOfWork, lease: Lease, wait: timedelta) -> None:
        """Nothing was ordered: back into the queue, and not before `wait` has passed. Raises LeaseLost."""
        await self.advance(uow, lease, Event.PUT_OFF, ordered_at=None, started_at=None)
        await self._release(uow, lease, wait)

    async def look_later(self, uow: UnitOfWork, lease: Lease, wait: timedelta) -> None:
        """The provider may have it or has it: let go of it until `wait` has passed. Raises LeaseLost."""
        await self.load(uow, lease)
        await self._release(uow, lease, wait)
        uow.after_commit(lambda: self._feed.publish(lease.owner_id))

    async def _release(self, uow: UnitOfWork, lease: Lease, wait: timedelta) -> None:
        # Waiting is no crash: it must not count towards those that a generation may cause.
        await uow.session.exec(
            update(Generation)
            .where(col(Generation.id) == lease.job_id, col(Generation.fence) == lease.fence)
            .values(lease_until=None, not_before=self._clock.now() + wait, attempts=Generation.attempts - 1, fetches=0)
            .execution_options(synchronize_session=False)
        )

    async def accepted(self, uow: UnitOfWork, generation_id: str, job: str) -> None:
        """The provider has the order: written whoever holds the lease by now, for the next one goes on with it."""
        await uow.session.exec(
            update(Generation)
            .where(col(Generation.id) == generation_id, col(Generation.state).in_(ACTIVE))
            .values(provider_job=job)
        )

    async def adopt(self, uow: UnitOfWork, generation_id: str, provider: str, job: str) -> bool:
        """The provider has this order under this id, whoever holds the lease. False if there is no such generation.

        What was given up in the meantime is taken up again, without being charged.
        """
        found = await uow.session.exec(
            select(Generation).where(col(Generation.id) == generation_id, col(Generation.provider) == provider)
        )
        row = found.first()
        if row is None or row.ordered_at is None:
            return False
        given_up = row.state == State.FAILED and row.error_code == UnknownOutcome.code and row.provider_job is None
        if row.provider_job is None and (given_up or row.state in ACTIVE):
            values: dict[str, Any] = {"provider_job": job, "not_before": None}
            if given_up:
                nothing_wrong = {"finished_at": None, "error_code": None, "error_sentence": None, "dismissed_at": None}
                values |= {"state": move(State.FAILED, Event.FOUND), **nothing_wrong}
            await uow.session.exec(
                update(Generation)
                .where(
                    col(Generation.id) == row.id,
                    col(Generation.state) == row.state,
                    col(Generation.provider_job).is_(None),
                )
                .values(**values)
            )
            uow.after_commit(lambda: self._feed.publish(row.owner_id))
        return True

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
        await self._settle(uow, row.owner_id, row.id, row.price, charged=0)
        return True

    async def give_up(self, uow: UnitOfWork, row: Generation) -> None:
        """End it and give the credits back, whoever works on it: a new fence refuses what they still write."""
        changed = await uow.session.exec(
            update(Generation)
            .where(col(Generation.id) == row.id, col(Generation.state).in_(ACTIVE))
            .values(
                state=move(State(row.state), Event.FAILED),
                fence=Generation.fence + 1,
                lease_until=None,
                finished_at=self._clock.now(),
            )
        )
        if changed.rowcount == 1:
            await self._settle(uow, row.owner_id, row.id, row.price, charged=0)

    async def _settle(self, uow: UnitOfWork, owner_id: str, generation_id: str, price: int, charged: int) -> None:
        await self._ledger.settle(uow, owner_id, generation_id, price=price, charged=charged)
        uow.after_commit(lambda: self._previews.drop(generation_id))
