"""What goes by itself of sign-ins and sessions."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, or_

from kaleipix_app.backend import periods
from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession
from kaleipix_app.backend.accounts.sessions import IDLE
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows


def cleanups(db: Database) -> list[Cleanup]:
    """Login challenges and finished sessions."""

    async def challenges(as_of: datetime, dry: bool) -> int:
        # From when they began, whatever came of it.
        old = col(LoginChallenge.created_at) <= periods.LOGIN_CHALLENGES.before(as_of)
        return await remove_rows(db, LoginChallenge, old, dry)

    async def sessions(as_of: datetime, dry: bool) -> int:
        # Revoked, run out or left idle, and that long ago.
        ended = periods.ENDED_SESSIONS.before(as_of)
        finished = or_(
            col(LoginSession.revoked_at) <= ended,
            col(LoginSession.expires_at) <= ended,
            col(LoginSession.last_seen_at) <= ended - IDLE,
        )
        return await remove_rows(db, LoginSession, finished, dry)

    return [
        Cleanup("login_challenges", f"sign-ins under way: {periods.LOGIN_CHALLENGES.words}", challenges),
        Cleanup("sessions", f"finished sessions: {periods.ENDED_SESSIONS.words}", sessions),
    ]
