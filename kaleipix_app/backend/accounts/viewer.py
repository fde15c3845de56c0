"""Who is looking: what every other part of the house knows about a signed-in person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """A signed-in person, as the database said at this very request or event."""

    user_id: str
    username: str
    email: str
    is_admin: bool
    session_id: str
