"""What the browser gets to see of an account's sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kaleipix_app.backend.accounts.notifications import MINUTES
from kaleipix_app.backend.accounts.sessions import OpenSession

#: After what a mail is sent: the value and its words.
MAIL_CHOICES = (
    ("", "Never"),
    *((str(minutes), f"After {minutes} minute{'' if minutes == 1 else 's'}") for minutes in MINUTES),
)


@dataclass(frozen=True)
class SessionView:
    """A signed-in browser, in words."""

    id: str
    device: str
    since: str
    used: str
    is_this: bool


def session_view(session: OpenSession, now: datetime) -> SessionView:
    """A session as its owner reads it."""
    return SessionView(
        session.id,
        session.device or "A browser",
        f"{session.created_at.day} {session.created_at:%b %Y}",
        ago(session.last_seen_at, now),
        session.is_this,
    )


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in words that need no time zone."""
    passed = now - then
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if (count := passed // unit) > 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
