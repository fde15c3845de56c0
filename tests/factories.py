"""A small fixed cast, always the same: an owner and a stranger."""

from __future__ import annotations

from datetime import datetime

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork


async def a_person(uow: UnitOfWork, name: str, now: datetime) -> Viewer:
    """A person with a workspace, as the sign-in makes them."""
    user = User(
        id=f"id-of-{name}",
        email=f"{name}@example.com",
        email_typed=f"{name}@example.com",
        username=name,
        username_skeleton=name,
        adult_confirmed_at=now,
        created_at=now,
    )
    uow.session.add(user)
    await uow.session.flush()
    return Viewer(user.id, user.username, user.email, user.is_admin, session_id=f"session-of-{name}")
