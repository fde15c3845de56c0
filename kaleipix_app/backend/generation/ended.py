"""A mail about a generation that took long, for who asked for it and is not looking. Never two about one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post


def _nobody_looks(_user_id: str) -> bool:
    return False


_TO_TELL = (
    select(User, Generation)
    .join(Generation, col(Generation.owner_id) == col(User.id))
    .where(
        col(Generation.id) == bindparam("generation_id"),
        col(Generation.state).in_((State.DONE, State.FAILED)),
        col(Generation.mailed_at).is_(None),
        col(User.mail_after_minutes).is_not(None),
        col(User.deleted_at).is_(None),
        col(User.suspended_at).is_(None),
    )
)


class EndMails:
    """Written in the transaction that ends a generation: the row itself says that its mail was sent."""

    def __init__(self, clock: Clock, post: Post, url: str) -> None:
        self._clock = clock
        self._post = post
        self._url = url
        self._is_looking: Callable[[str], bool] = _nobody_looks

    def connect(self, is_looking: Callable[[str], bool]) -> None:
        """`is_looking(user_id)`: whether a tab of this person is open."""
        self._is_looking = is_looking

    async def ended(self, uow: UnitOfWork, generation_id: str) -> None:
        """Mail about it once this is committed, if it is to be told at all."""
        row = (await uow.session.exec(_TO_TELL, params={"generation_id": generation_id})).first()
        if row is None:
            return
        user, made = row
        took = self._clock.now() - made.created_at
        if took < timedelta(minutes=user.mail_after_minutes or 0) or self._is_looking(user.id):
            return
        await uow.session.exec(
            update(Generation).where(col(Generation.id) == generation_id).values(mailed_at=self._clock.now())
        )
        message = messages.generation_ended(
            to=user.email_typed,
            is_done=made.state == State.DONE,
            pictures=made.delivered,
            minutes=round(took.total_seconds() / 60),
            url=f"{self._url}/w/{user.username}",
            off=f"{self._url}/account",
        )
        uow.after_commit(lambda: self._post.send_soon(message))
