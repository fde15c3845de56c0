"""How an account goes: its content at once, itself after thirty days. Ordered, and resumed wherever it stopped.

Every step looks at what is left, so that a second run does what the first one did not. The row of the person is the
last to go: as long as it is there, the hourly run finds it and goes on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kaleipix_app.backend import log
from kaleipix_app.backend.accounts.fresh import FreshCodes
from kaleipix_app.backend.accounts.leaving import Leaving
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.generation.service import Generations
from kaleipix_app.backend.mail.cleanups import remove_mails_to
from kaleipix_app.backend.media.trash import Trash
from kaleipix_app.backend.privacy import rows
from kaleipix_app.backend.privacy.category import Goes
from kaleipix_app.backend.privacy.exports import Exports
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.privacy.tombstones import Erased, Tombstones

_log = log.get("erasure")


@dataclass(frozen=True)
class Step:
    """Something that is done: what, and how many."""

    name: str
    count: int


class Erasure:
    """Deletes accounts."""

    def __init__(
        self,
        db: Database,
        leaving: Leaving,
        fresh: FreshCodes,
        generations: Generations,
        trash: Trash,
        exports: Exports,
        tombstones: Tombstones,
        outbox: Path,
        gone: Callable[[str], None],
    ) -> None:
        self._db = db
        self._leaving = leaving
        self._fresh = fresh
        self._generations = generations
        self._trash = trash
        self._exports = exports
        self._tombstones = tombstones
        self._outbox = outbox
        self._gone = gone

    async def delete(self, viewer: Viewer) -> None:
        """At the person's own word: content now, the account in thirty days. Raises FreshCodeNeeded."""
        async with self._db.unit_of_work() as uow:
            await self._fresh.require(uow, viewer)
            await self._leave_within(uow, viewer.user_id, for_ever=False)
        try:
            async for _ in self._content(viewer.user_id):
                pass
        except KaleipixError as error:  # it is deleted; what could not be removed yet is tried again hourly
            _log.error("content_left", code=error.code)

    async def by_operator(self, user_id: str, *, now: bool) -> AsyncGenerator[Step, None]:
        """The same by the operator's hand, step by step; `now` does not wait for thirty days."""
        async with self._db.unit_of_work() as uow:
            await self._leave_within(uow, user_id, for_ever=now)
        async for step in self._content(user_id):
            yield step
        if now:
            async for step in self.erase(user_id, as_of=None):
                yield step

    async def erase(self, user_id: str, as_of: datetime | None) -> AsyncGenerator[Step, None]:
        """The account itself, if it is due (None: whenever it was deleted). Nothing brings it back from here on."""
        async with self._db.unit_of_work() as uow:
            await uow.lock(user_id)
            person = await Person.find(uow, user_id)
            if person is None or not await self._leaving.condemn(uow, user_id, as_of):
                return
        yield Step("account closed for ever", 1)
        async for step in self._content(user_id):
            yield step
        await self._tombstones.add(Erased.PERSON, [user_id])
        yield Step("noted for restored backups", 1)
        yield Step("mails kept as files", await remove_mails_to(self._outbox, {person.email, person.email_typed}))
        for name in rows.going(Goes.UNLINKED):
            async with self._db.unit_of_work() as uow:
                unlinked = await rows.unlink(uow, name, person)
            yield Step(f"rows of {name} unlinked", unlinked)
        for name in rows.going(Goes.WITH_ACCOUNT):
            yield Step(f"rows of {name}", await self._remove(name, person))
        await self._db.forget()

    async def resume(self, as_of: datetime, dry: bool) -> int:
        """The hourly cleanup: whose time has come goes, and what was left of others' content. Returns accounts."""
        async with self._db.reading() as uow:
            deleted, due = await self._leaving.deleted(uow), await self._leaving.due(uow, as_of)
        if dry:
            return len(due)
        for user_id in deleted:
            async for _ in self.erase(user_id, as_of) if user_id in due else self._content(user_id):
                pass
        return len(due)

    async def _leave_within(self, uow: UnitOfWork, user_id: str, *, for_ever: bool) -> None:
        await uow.lock(user_id)
        await self._leaving.leave(uow, user_id, for_ever=for_ever)
        await self._generations.give_up_all(uow, user_id)
        await self._trash.condemn_all(uow, user_id)
        uow.after_commit(lambda: self._gone(user_id))

    async def _content(self, user_id: str) -> AsyncGenerator[Step, None]:
        """Pictures, prompts, copies: what goes at once. Raises StorageFailed."""
        async with self._db.unit_of_work() as uow:
            await uow.lock(user_id)
            person = await Person.leaving(uow, user_id)
            if person is None:
                return
            stopped = await self._generations.give_up_all(uow, user_id)
            await self._trash.condemn_all(uow, user_id)
        yield Step("generations stopped", stopped)
        for name in rows.going(Goes.AT_ONCE):
            if name == "image":
                yield Step("pictures", await self._trash.erase_all(user_id))
            elif name == "data_export":
                yield Step("copies of the data", await self._exports.remove_all(user_id))
            else:
                yield Step(f"rows of {name}", await self._remove(name, person))
        await self._db.forget()

    async def _remove(self, name: str, person: Person) -> int:
        removed = 0
        while True:
            async with self._db.unit_of_work() as uow:
                still = await Person.leaving(uow, person.id)  # who has come back meanwhile keeps what is left
                batch = await rows.remove_some(uow, name, person) if still else 0
            removed += batch
            if not batch:
                return removed
