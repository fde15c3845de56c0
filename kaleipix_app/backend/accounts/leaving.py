"""An account on its way out.

One column says it all, `user.deleted_at`. Empty: in use. Younger than thirty days: deleted, nobody is signed in, and
signing in brings it back. Older: being erased, and nothing brings it back. To erase at once is to write the beginning
of time there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from kaleipix_app.backend import periods
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post

_OVERDUE = datetime(1970, 1, 1, tzinfo=UTC)


class BeingErased(KaleipixError):
    """The thirty days are over: the account goes within the hour, and its address is free again then."""

    code = "being_erased"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This account was deleted and is being erased. You can sign up again with this address in an hour."
        )


async def come_back(uow: UnitOfWork, user: User, now: datetime) -> bool:
    """Restore a deleted account at a sign-in; False if its time is over."""
    in_time = col(User.deleted_at) > periods.ACCOUNT_AFTER_DELETION.before(now)
    changed = await uow.session.exec(update(User).where(col(User.id) == user.id, in_time).values(deleted_at=None))
    return changed.rowcount == 1


class Leaving:
    """The first and the last word about an account; what lies between is privacy/erasure.py."""

    def __init__(self, clock: Clock, sessions: Sessions, post: Post) -> None:
        self._clock = clock
        self._sessions = sessions
        self._post = post

    async def leave(self, uow: UnitOfWork, user_id: str, *, for_ever: bool) -> None:
        """Deleted from now on and signed out everywhere; told by mail how to come back, unless there is no way.

        Twice is fine.
        """
        user = await uow.session.get_one(User, user_id)
        if user.deleted_at is not None:
            return
        user.deleted_at = self._clock.now()
        await uow.session.flush()
        await self._sessions.revoke_all(uow, user_id)
        if for_ever:
            return
        until = periods.ACCOUNT_AFTER_DELETION.after(user.deleted_at)
        message = messages.account_deleted(to=user.email_typed, day=f"{until.day} {until:%B %Y}")
        uow.after_commit(lambda: self._post.send_soon(message))

    async def condemn(self, uow: UnitOfWork, user_id: str, as_of: datetime | None) -> bool:
        """From now on nothing brings it back; False if it has come back or is gone. None: whenever it was deleted."""
        still: ColumnElement[bool] = col(User.deleted_at).is_not(None)
        if as_of is not None:
            still = col(User.deleted_at) <= periods.ACCOUNT_AFTER_DELETION.before(as_of)
        changed = await uow.session.exec(update(User).where(col(User.id) == user_id, still).values(deleted_at=_OVERDUE))
        return changed.rowcount == 1

    async def deleted(self, uow: UnitOfWork) -> Sequence[str]:
        """Everybody who is on the way out, the longest first."""
        found = await uow.session.exec(
            select(User.id).where(col(User.deleted_at).is_not(None)).order_by(col(User.deleted_at), col(User.id))
        )
        return found.all()

    async def due(self, uow: UnitOfWork, as_of: datetime) -> Sequence[str]:
        """Whose thirty days are over."""
        over = col(User.deleted_at) <= periods.ACCOUNT_AFTER_DELETION.before(as_of)
        return (await uow.session.exec(select(User.id).where(over))).all()
