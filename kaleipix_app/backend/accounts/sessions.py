"""Signed-in browsers: start, look up at every request and event, give a new secret daily, end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import BindParameter, ColumnElement, Update, bindparam
from sqlmodel import and_, col, func, or_, select, update

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.models import LoginSession, User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import NotFound

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
ADMIN_LONGEST = timedelta(hours=12)
ROTATED_EVERY = timedelta(days=1)
PREVIOUS_KEPT = timedelta(hours=24)  # for live connections, which keep the cookie they began with

_MOST_SHOWN = 100


def _has(hashed: str | BindParameter[str], now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Its secret of now, or the one before for as long as that is kept."""
    before = and_(col(LoginSession.previous_hash) == hashed, col(LoginSession.previous_until) > now)
    return or_(col(LoginSession.token_hash) == hashed, before)


def _live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _used(now, now - IDLE)


def _used(
    now: datetime | BindParameter[datetime], since: datetime | BindParameter[datetime]
) -> tuple[ColumnElement[bool], ...]:
    row = LoginSession
    return col(row.revoked_at).is_(None), col(row.expires_at) > now, col(row.last_seen_at) > since


_VIEWER = (  # asked at every event: built once
    select(col(User.id), col(User.username), col(User.email_typed), col(User.is_admin))
    .add_columns(col(LoginSession.id), col(LoginSession.created_at))
    .join(LoginSession, col(User.id) == col(LoginSession.user_id))
    .where(
        _has(bindparam("hashed"), bindparam("now")),
        *_used(bindparam("now"), bindparam("since")),
        col(User.suspended_at).is_(None),
        col(User.deleted_at).is_(None),
    )
)


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, as its owner sees it."""

    id: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


def _nobody_listens(_user_id: str) -> None:
    return None


class Sessions:
    """The one place that decides who a cookie belongs to. `ended(user_id)` hears of it when sessions end."""

    def __init__(self, clock: Clock, ended: Callable[[str], None] = _nobody_listens) -> None:
        self._clock = clock
        self._ended = ended

    async def start(self, uow: UnitOfWork, user: User, device: str = "") -> str:
        """A new session for this person; returns the secret for the cookie. Only its hash is kept."""
        now = self._clock.now()
        secret = tokens.new_secret()
        uow.session.add(
            LoginSession(
                id=tokens.new_id(),
                token_hash=tokens.fingerprint(secret),
                user_id=user.id,
                device=device,
                created_at=now,
                last_seen_at=now,
                expires_at=now + (ADMIN_LONGEST if user.is_admin else LONGEST),
            )
        )
        await uow.session.flush()
        return secret

    async def viewer(self, uow: UnitOfWork, secret: str) -> Viewer | None:
        """Who this cookie belongs to right now; None when unknown, ended, idle too long or suspended."""
        if not secret:
            return None
        now = self._clock.now()
        values = {"hashed": tokens.fingerprint(secret), "now": now, "since": now - IDLE}
        row = (await (await uow.session.connection()).execute(_VIEWER, values)).first()
        if row is None:
            return None
        id, username, email_typed, is_admin, session_id, created_at = row
        if is_admin and created_at <= now - ADMIN_LONGEST:
            return None  # also when the person became admin after signing in
        return Viewer(id, username, email_typed, is_admin, session_id)

    async def rotate(self, uow: UnitOfWork, secret: str) -> str | None:
        """The next secret, once a day; None when it is not yet time, or when a parallel request was faster."""
        now = self._clock.now()
        row = LoginSession
        secret_before, secret_next = tokens.fingerprint(secret), tokens.new_secret()
        done = await uow.session.exec(
            update(row)
            .where(
                col(row.token_hash) == secret_before,
                *_live(self._clock.now()),
                func.coalesce(col(row.rotated_at), col(row.created_at)) <= now - ROTATED_EVERY,
            )
            .values(
                token_hash=tokens.fingerprint(secret_next),
                rotated_at=now,
                previous_hash=secret_before,
                previous_until=now + PREVIOUS_KEPT,
            )
            .execution_options(synchronize_session=False)
        )
        return secret_next if done.rowcount == 1 else None

    async def seen(self, uow: UnitOfWork, session_id: str) -> None:
        """Keep the session from going idle; called when a page is opened, not at every event."""
        await uow.session.exec(
            update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=self._clock.now())
        )

    async def all_of(self, uow: UnitOfWork, viewer: Viewer) -> Sequence[OpenSession]:
        """Where this person is signed in: this browser first, then the latest used."""
        longest = ADMIN_LONGEST if viewer.is_admin else LONGEST
        young = col(LoginSession.created_at) > self._clock.now() - longest
        found = await uow.session.exec(
            select(LoginSession)
            .where(LoginSession.user_id == viewer.user_id, *_live(self._clock.now()), young)
            .order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id))
            .limit(_MOST_SHOWN)
        )
        rows = sorted(found.all(), key=lambda row: row.id != viewer.session_id)
        return [
            OpenSession(row.id, row.device, row.created_at, row.last_seen_at, row.id == viewer.session_id)
            for row in rows
        ]

    async def end(self, uow: UnitOfWork, secret: str) -> None:
        """Sign this browser out."""
        await self._end(uow, _has(tokens.fingerprint(secret), self._clock.now()))

    async def revoke(self, uow: UnitOfWork, viewer: Viewer, session_id: str) -> None:
        """Sign one browser of this person out. Raises NotFound."""
        row = LoginSession
        if not await self._end(uow, col(row.user_id) == viewer.user_id, col(row.id) == session_id):
            raise NotFound("That browser is signed out already.")

    async def revoke_others(self, uow: UnitOfWork, viewer: Viewer) -> None:
        """Sign this person out everywhere but here."""
        row = LoginSession
        await self._end(uow, col(row.user_id) == viewer.user_id, col(row.id) != viewer.session_id)

    async def revoke_all(self, uow: UnitOfWork, user_id: str) -> None:
        """Sign this person out everywhere."""
        await self._end(uow, col(LoginSession.user_id) == user_id)

    async def _end(self, uow: UnitOfWork, *which: ColumnElement[bool]) -> bool:
        done = await uow.session.exec(self._ending(*which).returning(col(LoginSession.user_id)))
        people = set(done.scalars())
        for user_id in people:
            uow.after_commit(partial(self._ended, user_id))
        return bool(people)

    def _ending(self, *which: ColumnElement[bool]) -> Update:
        return (
            update(LoginSession)
            .where(*which, col(LoginSession.revoked_at).is_(None))
            .values(revoked_at=self._clock.now())
            .execution_options(synchronize_session=False)
        )
