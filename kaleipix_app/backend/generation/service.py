"""What a person can do with a generation that exists: cancel, retry, dismiss its failure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.records import Records
from kaleipix_app.backend.generation.request import Draft, Requests


class Generations:
    """Commands of an owner."""

    def __init__(
        self,
        clock: Clock,
        requests: Requests,
        records: Records,
        feed: Feed,
        interrupt: Callable[[str], None],
        ring: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._requests = requests
        self._records = records
        self._feed = feed
        self._interrupt = interrupt
        self._ring = ring

    async def request(self, uow: UnitOfWork, viewer: Viewer, draft: Draft) -> str:
        """Queue one generation; returns its id. See `Requests.request` for what it raises."""
        return await self._requests.request(uow, viewer, draft)

    async def cancel(self, uow: UnitOfWork, viewer: Viewer, generation_id: str) -> None:
        """Stop it and give the credits back. Too late is fine: what is done stays. Raises NotFound."""
        row = await self._own(uow, viewer, generation_id)
        if row.state not in ACTIVE:
            return
        if not await self._records.cancel_waiting(uow, row):
            await uow.session.exec(
                update(Generation)
                .where(col(Generation.id) == row.id, col(Generation.cancel_requested_at).is_(None))
                .values(cancel_requested_at=self._clock.now(), not_before=None)
            )
            uow.after_commit(lambda: self._interrupt(generation_id))  # if it runs here,
            uow.after_commit(self._ring)  # else whoever takes it up next ends it
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))

    async def cancel_all(self, uow: UnitOfWork, viewer: Viewer) -> None:
        """The same for everything of this person that waits or runs at this moment, seen or not."""
        active = select(Generation.id).where(Generation.owner_id == viewer.user_id, col(Generation.state).in_(ACTIVE))
        for generation_id in (await uow.session.exec(active)).all():
            await self.cancel(uow, viewer, generation_id)

    async def give_up_all(self, uow: UnitOfWork, user_id: str) -> int:
        """End everything of this person that is under way, for ever; returns how many there were."""
        await uow.lock(user_id)
        active = select(Generation).where(Generation.owner_id == user_id, col(Generation.state).in_(ACTIVE))
        rows = (await uow.session.exec(active)).all()
        for row in rows:
            await self._records.give_up(uow, row)
            uow.after_commit(partial(self._interrupt, row.id))
        return len(rows)

    async def retry(self, uow: UnitOfWork, viewer: Viewer, generation_id: str) -> str:
        """Ask for the same again, seed included, at today's price; returns the new id.

        Raises NotFound, Conflict (it has not failed) and what `request` raises.
        """
        row = await self._own(uow, viewer, generation_id)
        if row.state not in (State.FAILED, State.CANCELLED):
            raise Conflict("Only a failed generation can be retried.")
        if not await self._dismiss(uow, row):  # of two clicks at once, or in two tabs, one is meant
            raise Conflict("This one was retried already.")
        draft = Draft(
            row.model, row.prompt, row.aspect_ratio, row.count, row.seed, row.params, row.source_id, row.mask_id
        )
        return await self._requests.request(uow, viewer, draft)

    async def dismiss(self, uow: UnitOfWork, viewer: Viewer, generation_id: str) -> None:
        """The failure was read: stop showing it. Raises NotFound."""
        await self._dismiss(uow, await self._own(uow, viewer, generation_id))
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))

    async def _dismiss(self, uow: UnitOfWork, row: Generation) -> bool:
        """False if it was put away before, or has not ended."""
        changed = await uow.session.exec(
            update(Generation)
            .where(
                col(Generation.id) == row.id,
                col(Generation.state).not_in(ACTIVE),
                col(Generation.dismissed_at).is_(None),
            )
            .values(dismissed_at=self._clock.now())
        )
        return changed.rowcount == 1

    @staticmethod
    async def _own(uow: UnitOfWork, viewer: Viewer, generation_id: str) -> Generation:
        found = await uow.session.exec(
            select(Generation).where(col(Generation.id) == generation_id, col(Generation.owner_id) == viewer.user_id)
        )
        row = found.first()
        if row is None:
            raise NotFound
        return row
