"""The operator's side of privacy requests: what waits, the answer, and the reminders before and after the day.

Each mail is claimed in the database before it leaves, by one conditional UPDATE: two processes send it once. One that
does not get through is given back and tried again within the hour; one that is refused for good is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.privacy.models import PrivacyRequest
from kaleipix_app.backend.settings import Settings

MOST_ANSWER = 20_000

_log = log.get("requests")


@dataclass(frozen=True)
class Asked:
    """A request as the operator sees it."""

    id: str
    username: str
    email: str
    kind: str
    text: str
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class Deadlines:
    """How the requests that wait stand: each is in one of the three."""

    waiting: int
    due_soon: int
    overdue: int
    first_due_at: datetime | None


class Inbox:
    """Requests that need a person."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, post: Post) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._post = post

    async def asked(self, *, everything: bool = False) -> list[Asked]:
        """What waits, the most urgent first; or everything there is, what was done at once included."""
        statement = select(PrivacyRequest, User).join(User, col(User.id) == col(PrivacyRequest.user_id))
        if not everything:
            statement = statement.where(_waits())
        order = (col(PrivacyRequest.answered_at).is_not(None), col(PrivacyRequest.due_at), col(PrivacyRequest.id))
        async with self._db.reading() as uow:
            found = (await uow.session.exec(statement.order_by(*order))).all()
        return [_seen(row, user) for row, user in found]

    async def deadlines(self) -> Deadlines:
        """How many wait, and how urgently. Raises DatabaseFailed."""
        now = self._clock.now()
        async with self._db.reading() as uow:
            days = (await uow.session.exec(select(PrivacyRequest.due_at).where(_waits()))).all()
        overdue = sum(day <= now for day in days)
        soon = sum(periods.REQUEST_REMINDER.before(day) <= now for day in days) - overdue
        return Deadlines(len(days) - overdue - soon, soon, overdue, min(days, default=None))

    async def answer(self, request_id: str, text: str) -> bool:
        """Answer once: on the person's page now, and by mail. Raises BadInput, NotFound, Conflict.

        Returns whether the mail has left; if the mail server was away, the studio tries it again every hour.
        """
        said = text.strip()
        if not said or len(said) > MOST_ANSWER:
            raise BadInput(f"An answer has 1 to {MOST_ANSWER} characters.")
        async with self._db.unit_of_work() as uow:
            if await uow.session.get(PrivacyRequest, request_id) is None:
                raise NotFound("There is no request with that reference. Run: requests list")
            answered = await uow.session.exec(
                update(PrivacyRequest)
                .where(col(PrivacyRequest.id) == request_id, _waits())
                .values(answer=said, answered_at=self._clock.now())
            )
            if not answered.rowcount:
                raise Conflict("That request was answered before. Its answer was not changed.")
        return await self._mail_answer(request_id)

    async def remind(self) -> None:
        """The hourly look: alert, one mail a week before the day and one after it, and answers that did not leave."""
        standing = await self.deadlines()
        if standing.overdue:
            _log.error("alert_privacy_request_overdue", count=standing.overdue)
        if standing.due_soon:
            _log.warning("alert_privacy_request_due_soon", count=standing.due_soon)
        for request_id in await self._ids(_answer_to_mail()):
            await self._mail_answer(request_id)
        if not self._settings.privacy_contact:
            return
        now = self._clock.now()
        for request_id in await self._ids(_waits(), col(PrivacyRequest.due_at) <= now):
            await self._remind(request_id, is_overdue=True)
        soon = now + periods.REQUEST_REMINDER.rest
        for request_id in await self._ids(
            _waits(), col(PrivacyRequest.due_at) <= soon, col(PrivacyRequest.due_at) > now
        ):
            await self._remind(request_id, is_overdue=False)

    async def _remind(self, request_id: str, *, is_overdue: bool) -> None:
        column = "overdue_told_at" if is_overdue else "reminded_at"
        row = await self._claim(request_id, column, _waits())
        if row is None:
            return
        contact, day = self._settings.privacy_contact, _day(row.due_at)
        mail = messages.privacy_request_due(to=contact, reference=row.id, day=day, is_overdue=is_overdue)
        await self._send(mail, request_id, column)

    async def _mail_answer(self, request_id: str) -> bool:
        row = await self._claim(request_id, "answer_mailed_at", _answer_to_mail())
        if row is None:
            return True  # somebody else has just done it
        async with self._db.reading() as uow:
            user = await uow.session.get(User, row.user_id)
        if user is None:
            return True
        mail = messages.privacy_answer(
            to=user.email_typed,
            day=_day(row.created_at),
            answer=row.answer,
            url=f"{self._settings.url}/account/privacy",
        )
        return await self._send(mail, request_id, "answer_mailed_at")

    async def _send(self, mail: Message, request_id: str, column: str) -> bool:
        """Send what was claimed; give it back if trying again may help."""
        try:
            await self._post.send(mail)
        except MailFailed as error:
            _log.warning("request_mail_failed", request=request_id, reason=str(error), permanent=error.permanent)
            if error.permanent:
                return False
            async with self._db.unit_of_work() as uow:
                mine = col(PrivacyRequest.id) == request_id
                await uow.session.exec(update(PrivacyRequest).where(mine).values({column: None}))
            return False
        return True

    async def _claim(self, request_id: str, column: str, condition: ColumnElement[bool]) -> PrivacyRequest | None:
        """This request, if this mail of it has not been sent and is not being sent."""
        unsent = getattr(PrivacyRequest, column).is_(None)
        async with self._db.unit_of_work() as uow:
            claimed = await uow.session.exec(
                update(PrivacyRequest)
                .where(col(PrivacyRequest.id) == request_id, condition, unsent)
                .values({column: self._clock.now()})
            )
            return await uow.session.get(PrivacyRequest, request_id) if claimed.rowcount else None

    async def _ids(self, *conditions: ColumnElement[bool]) -> Sequence[str]:
        async with self._db.reading() as uow:
            return (await uow.session.exec(select(PrivacyRequest.id).where(*conditions))).all()


def _waits() -> ColumnElement[bool]:
    return col(PrivacyRequest.answered_at).is_(None)


def _answer_to_mail() -> ColumnElement[bool]:
    """Answered by a person and not mailed; what was done at once needs no mail."""
    unsent = col(PrivacyRequest.answered_at).is_not(None) & col(PrivacyRequest.answer_mailed_at).is_(None)
    return unsent & (col(PrivacyRequest.kind) == "question")


def _seen(row: PrivacyRequest, user: User) -> Asked:
    return Asked(
        row.id,
        user.username,
        user.email_typed,
        row.kind,
        row.text,
        row.created_at,
        row.due_at,
        row.answered_at,
        row.answer,
    )


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
