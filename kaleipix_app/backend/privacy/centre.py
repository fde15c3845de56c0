"""The privacy centre: what is stored about a person now, and their rights, exercised by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as select_models

from kaleipix_app.backend import periods, tokens
from kaleipix_app.backend.abuse.limits import REQUESTS_PER_PERSON, RIGHTS_PER_PERSON, Limiter
from kaleipix_app.backend.abuse.signals import Signals
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.generation.models import TransferNotice
from kaleipix_app.backend.generation.service import Generations
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.privacy import rows
from kaleipix_app.backend.privacy.announcing import Announcing
from kaleipix_app.backend.privacy.category import Category
from kaleipix_app.backend.privacy.datamap import CATEGORIES, OWNED
from kaleipix_app.backend.privacy.models import PrivacyRequest
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.providers.catalogue.places import PLACES
from kaleipix_app.backend.settings import Settings

MOST_TEXT = 4_000
_MOST_WAITING = 5
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One category as it is now."""

    key: str
    title: str
    purpose: str
    kept: str
    count: int
    next_goes: datetime | None  # the first of it to go by itself


@dataclass(frozen=True)
class Consent:
    """Something that was confirmed."""

    key: str  # adult, the provider, or the version
    text: str
    at: datetime
    can_be_withdrawn: bool = False


@dataclass(frozen=True)
class Request:
    """Something that was asked for."""

    kind: str
    text: str
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class Choices:
    """What the person has chosen and confirmed."""

    restricted_at: datetime | None
    objected_at: datetime | None
    consents: Sequence[Consent]


class Centre:
    """Looks and choices of one person. Callers open the transaction."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        post: Post,
        generations: Generations,
        limiter: Limiter,
        signals: Signals,
        announcing: Announcing,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._post = post
        self._generations = generations
        self._limiter = limiter
        self._announcing = announcing
        self._signals = signals

    async def stored(self, uow: UnitOfWork, viewer: Viewer) -> list[Line]:
        """Category by category, as the data map has them."""
        person = await Person.find(uow, viewer.user_id)
        if person is None:
            raise NotFound
        return [await self._line(uow, one, person) for one in CATEGORIES if one.tables]

    async def choices(self, uow: UnitOfWork, viewer: Viewer) -> Choices:
        """Restriction, objection, confirmations."""
        user = await uow.session.get_one(User, viewer.user_id)
        notices = await uow.session.exec(
            select_models(TransferNotice).where(TransferNotice.user_id == user.id).order_by(TransferNotice.provider)
        )
        consents = [Consent("adult", "You are 18 or older", user.adult_confirmed_at)]
        for one in notices:
            name = PLACES[one.provider].name if one.provider in PLACES else one.provider
            text = f"You know that {name} works on your pictures in the {one.place}"
            consents.append(Consent(one.provider, text, one.acknowledged_at, can_be_withdrawn=True))
        for version in await self._announcing.acknowledged(uow, user.id):
            what = "You signed up after" if version.by_sign_up else "You know"
            text = f"{what} version {version.number} of the privacy policy, of {version.day}"
            text += ", was published" if version.by_sign_up else ""
            consents.append(Consent(f"privacy-{version.number}", text, version.at))
        return Choices(user.restricted_at, user.objected_at, consents)

    async def requests(self, uow: UnitOfWork, viewer: Viewer) -> list[Request]:
        """What was asked for: what waits first, then the latest."""
        found = await uow.session.exec(
            select_models(PrivacyRequest)
            .where(PrivacyRequest.user_id == viewer.user_id)
            .order_by(col(PrivacyRequest.answered_at).is_not(None), col(PrivacyRequest.id).desc())
            .limit(_MOST_SHOWN)
        )
        return [Request(one.kind, one.text, one.created_at, one.due_at, one.answered_at, one.answer) for one in found]

    async def restrict(self, uow: UnitOfWork, viewer: Viewer, *, on: bool) -> None:
        """Nothing but keeping is done with the data, or everything again. Raises TooMany.

        What is under way ends and is paid back.
        """
        await uow.lock(viewer.user_id)
        user = await uow.session.get_one(User, viewer.user_id)
        if (user.restricted_at is not None) is on:
            return
        self._limiter.take(RIGHTS_PER_PERSON, viewer.user_id)
        user.restricted_at = self._clock.now() if on else None
        if on:
            await self._generations.give_up_all(uow, viewer.user_id)
        await self._note(uow, viewer, "restrict" if on else "lift restriction")

    async def set_objection(self, uow: UnitOfWork, viewer: Viewer, *, on: bool) -> None:
        """No profiling against abuse beyond what security needs, or again. Raises TooMany."""
        user = await uow.session.get_one(User, viewer.user_id)
        if (user.objected_at is not None) is on:
            return
        self._limiter.take(RIGHTS_PER_PERSON, viewer.user_id)
        user.objected_at = self._clock.now() if on else None
        if on:
            await self._signals.forget_fingerprints(uow, viewer.user_id)
        await self._note(uow, viewer, "object" if on else "lift objection")

    async def withdraw(self, uow: UnitOfWork, viewer: Viewer, provider: str) -> None:
        """A provider’s notice was never read: it is asked about again. Raises NotFound, TooMany."""
        notice = await uow.session.get(TransferNotice, (viewer.user_id, provider))
        if notice is None:
            raise NotFound("There is nothing to withdraw any more.")
        self._limiter.take(RIGHTS_PER_PERSON, viewer.user_id)
        await uow.session.delete(notice)
        await self._note(uow, viewer, "withdraw", PLACES[provider].name if provider in PLACES else provider)

    async def ask(self, uow: UnitOfWork, viewer: Viewer, text: object) -> None:
        """Something that needs a person; the operator is told by mail. Raises BadInput, Conflict, TooMany."""
        said = text.strip() if isinstance(text, str) else ""
        if not said or len(said) > MOST_TEXT:
            raise BadInput(f"Please write what you ask for, in up to {MOST_TEXT} characters.")
        await uow.lock(viewer.user_id)
        mine = select(func.count()).where(
            col(PrivacyRequest.user_id) == viewer.user_id, col(PrivacyRequest.answered_at).is_(None)
        )
        if (await (await uow.session.connection()).execute(mine)).scalar_one() >= _MOST_WAITING:
            raise Conflict(f"{_MOST_WAITING} of your requests are waiting for an answer already.")
        self._limiter.take(REQUESTS_PER_PERSON, viewer.user_id)
        row = self._row(viewer, "question", said)
        uow.session.add(row)
        await uow.session.flush()
        if contact := self._settings.privacy_contact:
            day = f"{row.due_at.day} {row.due_at:%B %Y}"
            mail = messages.privacy_request(to=contact, reference=row.id, username=viewer.username, day=day)
            uow.after_commit(partial(self._post.send_soon, mail))

    async def _note(self, uow: UnitOfWork, viewer: Viewer, kind: str, text: str = "") -> None:
        """A right that was exercised and granted in the same moment."""
        row = self._row(viewer, kind, text)
        row.answered_at, row.answer = row.created_at, "Done at once."
        uow.session.add(row)
        await uow.session.flush()

    def _row(self, viewer: Viewer, kind: str, text: str) -> PrivacyRequest:
        now = self._clock.now()
        return PrivacyRequest(
            id=tokens.new_id(),
            user_id=viewer.user_id,
            kind=kind,
            text=text,
            created_at=now,
            due_at=periods.REQUEST_ANSWER.after(now),
        )

    @staticmethod
    async def _line(uow: UnitOfWork, one: Category, person: Person) -> Line:
        name = next((held.table for held in one.tables if held.table in OWNED), "")
        table = rows.table(name)
        dated = table.c[one.dated] if one.dated else None
        statement = select(func.count(), func.min(dated) if dated is not None else func.count()).where(
            rows.belongs(name, person)
        )
        if one.only is not None:
            statement = statement.where(table.c[one.only[0]] == one.only[1])
        if one.filled:
            statement = statement.where(table.c[one.filled].is_not(None))
        count, first = (await (await uow.session.connection()).execute(statement)).one()
        goes = one.period.after(first) if one.period is not None and isinstance(first, datetime) else None
        return Line(one.key, one.title, one.purpose, one.kept, count, goes)
