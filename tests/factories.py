"""A small fixed cast, always the same: an owner and a stranger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.models import Generation


def a_generation(owner_id: str, now: datetime, **changes: Any) -> Generation:
    """A row of one picture that is being made; `changes` are other values of its columns."""
    usual: dict[str, Any] = {
        "id": "",
        "request_id": "r",
        "model": "kaleidoscope",
        "provider": "builtin",
        "prompt": "a gate",
    }
    shape: dict[str, Any] = {
        "aspect_ratio": "1:1",
        "width": 64,
        "height": 64,
        "count": 1,
        "seed": 1,
        "params": {},
        "price": 1,
    }
    return Generation(**{"owner_id": owner_id, "created_at": now, "state": "running", **usual, **shape, **changes})


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
