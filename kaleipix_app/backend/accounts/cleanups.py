"""What goes by itself of sign-ins and sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, or_

from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession
from kaleipix_app.backend.accounts.sessions import IDLE
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows

_CHALLENGES_KEPT = timedelta(hours=24)
_ENDED_SESSIONS_KEPT = timedelta(days=30)


def cleanups(db: Database) -> list[Cleanup]:
    """Login challenges after 24 hours, finished sessions after 30 days."""

    async def challenges(as_of: datetime, dry: bool) -> int:
        # Begun more than 24 hours ago, whatever came of it.
        return await remove_rows(db, LoginChallenge, col(LoginChallenge.created_at) <= as_of - _CHALLENGES_KEPT, dry)

    async def sessions(as_of: datetime, dry: bool) -> int:
        # Revoked, run out or left idle, and that for more than 30 days.
        ended = as_of - _ENDED_SESSIONS_KEPT
        finished = or_(
            col(LoginSession.revoked_at) <= ended,
            col(LoginSession.expires_at) <= ended,
            col(LoginSession.last_seen_at) <= ended - IDLE,
        )
        return await remove_rows(db, LoginSession, finished, dry)

    return [
        Cleanup("login_challenges", "sign-ins under way: 24 hours", challenges),
        Cleanup("sessions", "finished sessions: 30 days", sessions),
    ]
