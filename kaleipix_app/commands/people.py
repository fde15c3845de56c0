"""`admin add` and `credits grant`: what an operator does for one person."""

from __future__ import annotations

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.running import run


def add_admin(settings: Settings, email: str) -> str:
    """Make this person admin. Raises BadInput, NotFound."""

    async def add(parts: Container) -> str:
        async with parts.db.unit_of_work() as uow:
            await parts.people.make_admin(uow, email)
        return f"{email} is an admin now, in the sessions that are open too."

    return run(settings, add)


def grant_credits(settings: Settings, email: str, amount: int, reason: str) -> str:
    """Give credits. Raises BadInput, NotFound."""

    async def grant(parts: Container) -> str:
        async with parts.db.unit_of_work() as uow:
            user_id = await parts.people.id_of(uow, email)
            await parts.ledger.grant(uow, user_id, amount, reason)
            return f"{email} has {await parts.ledger.balance(uow, user_id)} credits now."

    return run(settings, grant)
