"""Signed-in browsers: start, look up at every request and event, end."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select, update

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.models import LoginSession, User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
ADMIN_LONGEST = timedelta(hours=12)


class Sessions:
    """The one place that decides who a cookie belongs to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def start(self, uow: UnitOfWork, user: User) -> str:
        """A new session for this person; returns the secret for the cookie. Only its hash is kept."""
        now = self._clock.now()
        secret = tokens.new_secret()
        uow.session.add(
            LoginSession(
                id=tokens.new_id(),
                token_hash=tokens.fingerprint(secret),
                user_id=user.id,
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
        found = await uow.session.exec(
            select(LoginSession, User)
            .join(User, col(User.id) == col(LoginSession.user_id))
            .where(
                LoginSession.token_hash == tokens.fingerprint(secret),
                col(LoginSession.revoked_at).is_(None),
                LoginSession.expires_at > now,
                LoginSession.last_seen_at > now - IDLE,
                col(User.suspended_at).is_(None),
            )
        )
        row = found.first()
        if row is None:
            return None
        session, user = row
        if user.is_admin and session.created_at <= now - ADMIN_LONGEST:
            return None  # also when the person became admin after signing in
        return Viewer(user.id, user.username, user.email_typed, user.is_admin, session.id)

    async def seen(self, uow: UnitOfWork, session_id: str) -> None:
        """Keep the session from going idle; called when a page is opened, not at every event."""
        await uow.session.exec(
            update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=self._clock.now())
        )

    async def end(self, uow: UnitOfWork, secret: str) -> None:
        """Sign this browser out."""
        await uow.session.exec(
            update(LoginSession)
            .where(col(LoginSession.token_hash) == tokens.fingerprint(secret), col(LoginSession.revoked_at).is_(None))
            .values(revoked_at=self._clock.now())
        )
