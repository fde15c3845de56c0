"""A significant version is mailed to everybody, once each, whoever is stopped in the middle of it.

A row for each person says that their mail is due. One process at a time sends them one after the other, and marks each
before the next: so at most one mail is cut off between the mail server's answer and its mark, and that one is sent
again as the same mail, with the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select, update

from kaleipix_app.backend import log, tokens
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.backend.jobs.cleanups import BATCH
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.base import Mailer, MailFailed, Message
from kaleipix_app.backend.privacy import versions
from kaleipix_app.backend.privacy.announcing import changes_at
from kaleipix_app.backend.privacy.models import PolicyAcknowledgement, PolicyMail
from kaleipix_app.backend.privacy.versions import POLICY, Edition

_READ_AT_ONCE = 50
_MOST_FAILURES = 5  # one after the other: the mail server is away, and the next round tries again
_LOOK_EVERY = 3.0  # seconds until a version that a command published is noticed
_AGAIN_AFTER = 20  # looks, while mails are left: another process was at it, or the mail server was away
_TOP_UP_AFTER = 1200  # looks: who came back from a deleted account meanwhile is told too
_log = log.get("policy")


@dataclass(frozen=True)
class Sent:
    """What one round came to."""

    sent: int
    left: int
    elsewhere: bool = False  # another process is at it


class PolicyMails:
    """Sends what is due, and notices what was published."""

    def __init__(self, db: Database, clock: Clock, mailer: Mailer, url: str) -> None:
        self._db = db
        self._clock = clock
        self._mailer = mailer
        self._url = url
        self._stopping = asyncio.Event()

    async def send(self) -> Sent:
        """Everything that is due of the newest significant version. Raises DatabaseFailed."""
        async with self._db.reading() as uow:
            version = await versions.newest_significant(uow)
        if version is None:
            return Sent(0, 0)
        async with self._db.alone("policy-mails") as mine:
            if not mine:
                return Sent(0, await self._left(version), elsewhere=True)
            while await self._enrol(version):
                pass
            sent = await self._send_due(version)
            return Sent(sent, await self._left(version))

    async def watch(self, appeared: Callable[[], None]) -> None:
        """Until stopped: `appeared` is called for each new version, and whatever is left is sent."""
        seen: str | None = None
        wait = 0
        while not self._stopping.is_set():
            try:
                newest = await self._newest()
                if seen is not None and newest != seen:
                    appeared()
                if newest != seen or wait <= 0:
                    wait = _AGAIN_AFTER if (await self.send()).left else _TOP_UP_AFTER
                seen = newest
            except DatabaseFailed:  # told by the database itself
                wait = _AGAIN_AFTER
            except Exception as error:  # noqa: BLE001 - the next round may work
                _log.error("policy_mails_failed", exc_info=error)
                wait = _AGAIN_AFTER
            wait -= 1
            try:
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._stopping.wait()
            except TimeoutError:
                continue

    async def close(self, watching: asyncio.Task[None], wait_seconds: float) -> None:
        """End the watch after the mails that are under way, or without them when they take too long."""
        self._stopping.set()
        await asyncio.wait([watching], timeout=wait_seconds)
        watching.cancel()

    async def _newest(self) -> str:
        async with self._db.reading() as uow:
            version = await versions.newest_significant(uow)
        return version.id if version else ""

    async def _enrol(self, version: Edition) -> int:
        """Up to a thousand people whose mail is due from now on: they were here before it, and are not on their way
        out. Who comes back is found by a later round. Suspended people are told too: it is about their data.
        """
        has_one = select(PolicyMail.user_id).where(PolicyMail.version_id == version.id)
        by_sign_up = select(PolicyAcknowledgement.user_id).where(
            PolicyAcknowledgement.version_id == version.id, PolicyAcknowledgement.way == "sign-up"
        )
        async with self._db.unit_of_work() as uow:
            found = await uow.session.exec(
                select(User.id)
                .where(
                    User.created_at <= version.published_at,
                    col(User.deleted_at).is_(None),
                    col(User.id).not_in(has_one),
                    col(User.id).not_in(by_sign_up),
                )
                .order_by(col(User.id))
                .limit(BATCH)
            )
            now = self._clock.now()
            rows = [
                PolicyMail(id=tokens.new_id(), version_id=version.id, user_id=user_id, created_at=now)
                for user_id in found.all()
            ]
            uow.session.add_all(rows)
        return len(rows)

    async def _send_due(self, version: Edition) -> int:
        async with self._db.reading() as uow:
            every = await versions.editions(uow, POLICY)
        changes = self._url + changes_at(version, versions.before(every, version))
        sent, failed, last = 0, 0, ""
        while batch := await self._batch(version, last):
            for key, to in batch:
                if self._stopping.is_set() or failed == _MOST_FAILURES:
                    return sent
                message = messages.policy_changed(to=to, key=key, day=version.day, changes=changes, url=self._url)
                state = await self._send(message)
                sent += state == "sent"
                failed = failed + 1 if state == "due" else 0
                last = key
        return sent

    async def _batch(self, version: Edition, after: str) -> Sequence[tuple[str, str]]:
        """Key and address of the next few; who is on the way out by now gets none."""
        async with self._db.reading() as uow:
            found = await uow.session.exec(
                select(PolicyMail.id, User.email_typed)
                .join(User, col(User.id) == PolicyMail.user_id)
                .where(*self._due(version), PolicyMail.id > after)
                .order_by(col(PolicyMail.id))
                .limit(_READ_AT_ONCE)
            )
            return found.all()

    async def _send(self, message: Message) -> str:
        """What became of it. Whoever gives up waiting does not part a mail from its mark."""
        work = asyncio.create_task(self._send_and_mark(message))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    async def _send_and_mark(self, message: Message) -> str:
        state = "sent"
        try:
            await self._mailer.send(message)
        except MailFailed as error:
            _log.warning("mail_failed", reason=str(error), permanent=error.permanent)
            if not error.permanent:
                return "due"
            state = "refused"
        async with self._db.unit_of_work() as uow:
            mine = col(PolicyMail.id) == message.key
            await uow.session.exec(update(PolicyMail).where(mine).values(state=state, done_at=self._clock.now()))
        return state

    async def _left(self, version: Edition) -> int:
        counted = select(func.count()).select_from(PolicyMail).join(User, col(User.id) == PolicyMail.user_id)
        async with self._db.reading() as uow:
            return int((await uow.session.exec(counted.where(*self._due(version)))).one())

    @staticmethod
    def _due(version: Edition) -> tuple[ColumnElement[bool], ...]:
        return (
            col(PolicyMail.version_id) == version.id,
            col(PolicyMail.state) == "due",
            col(User.deleted_at).is_(None),
        )
