"""A significant version is shown to everybody until they acknowledge it, which is recorded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.privacy import versions
from kaleipix_app.backend.privacy.models import PolicyAcknowledgement, PolicyVersion
from kaleipix_app.backend.privacy.versions import POLICY, Edition


@dataclass(frozen=True)
class Announcement:
    """What a person has not read yet."""

    number: int
    day: str
    is_coming: bool
    address: str  # what is different from what they knew


@dataclass(frozen=True)
class Acknowledged:
    """A version that a person knows of."""

    number: int
    day: str
    by_sign_up: bool
    at: datetime


def changes_at(edition: Edition, known: Edition | None) -> str:
    """Path of the page that shows what is different."""
    path = f"/{POLICY}?version={edition.number}"
    return f"{path}&since={known.number}" if known else path


class Announcing:
    """Notices and acknowledgements. Callers open the transaction."""

    def __init__(self, clock: Clock, changed: Callable[[str], None]) -> None:
        self._clock = clock
        self._changed = changed

    async def open(self, uow: UnitOfWork, user_id: str) -> Announcement | None:
        """What this person has to be shown; several versions are one notice, with what is different in all of them."""
        ids = await self._unread(uow, user_id)
        if not ids:
            return None
        every = await versions.editions(uow, POLICY)
        unread = [one for one in every if one.id in ids]
        newest, oldest = unread[0], unread[-1]
        address = changes_at(newest, versions.before(every, oldest))
        return Announcement(newest.number, newest.day, newest.effective_at > self._clock.now(), address)

    async def acknowledge(self, uow: UnitOfWork, viewer: Viewer, number: int) -> None:
        """The person has read it, and what came before it. Once counts; twice changes nothing."""
        await uow.lock(viewer.user_id)
        ids = await self._unread(uow, viewer.user_id)
        read = [one.id for one in await versions.editions(uow, POLICY) if one.id in ids and one.number <= number]
        uow.session.add_all([self._row(viewer.user_id, one, "notice") for one in read])
        await uow.session.flush()
        if read:
            uow.after_commit(lambda: self._changed(viewer.user_id))

    async def joined(self, uow: UnitOfWork, user_id: str) -> None:
        """Somebody signed up, under what is published by then."""
        newest = await versions.newest_significant(uow)
        if newest is not None:
            uow.session.add(self._row(user_id, newest.id, "sign-up"))

    async def acknowledged(self, uow: UnitOfWork, user_id: str) -> list[Acknowledged]:
        """What this person knows of, the oldest first."""
        known = {one.id: one for one in await versions.editions(uow, POLICY)}
        found = await uow.session.exec(
            select(PolicyAcknowledgement)
            .where(PolicyAcknowledgement.user_id == user_id)
            .order_by(col(PolicyAcknowledgement.acknowledged_at))
        )
        return [
            Acknowledged(edition.number, edition.day, row.way == "sign-up", row.acknowledged_at)
            for row in found.all()
            if (edition := known.get(row.version_id))
        ]

    @staticmethod
    async def _unread(uow: UnitOfWork, user_id: str) -> Sequence[str]:
        """Significant versions since this person came that they have not acknowledged.

        Who signed up after a version had it before them: nothing older than the account is asked for.
        """
        read = select(PolicyAcknowledgement.version_id).where(PolicyAcknowledgement.user_id == user_id)
        found = await uow.session.exec(
            select(PolicyVersion.id)
            .join(User, col(User.id) == user_id)
            .where(
                col(PolicyVersion.significant),
                PolicyVersion.published_at >= User.created_at,
                col(PolicyVersion.id).not_in(read),
            )
        )
        return found.all()

    def _row(self, user_id: str, version_id: str, way: str) -> PolicyAcknowledgement:
        now = self._clock.now()
        return PolicyAcknowledgement(user_id=user_id, version_id=version_id, way=way, acknowledged_at=now)
