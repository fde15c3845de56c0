"""`admin add` and `credits grant`: what an operator does for one person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.settings import Settings

_Result = TypeVar("_Result")


def add_admin(settings: Settings, email: str) -> str:
    """Make this person admin. Raises BadInput, NotFound."""
    parts = Container(settings)
    _in_one_transaction(parts, lambda uow: parts.people.make_admin(uow, email))
    return f"{email} is an admin now, in the sessions that are open too."


def grant_credits(settings: Settings, email: str, amount: int, reason: str) -> str:
    """Give credits. Raises BadInput, NotFound."""
    parts = Container(settings)

    async def grant(uow: UnitOfWork) -> int:
        user_id = await parts.people.id_of(uow, email)
        await parts.ledger.grant(uow, user_id, amount, reason)
        return await parts.ledger.balance(uow, user_id)

    return f"{email} has {_in_one_transaction(parts, grant)} credits now."


def _in_one_transaction(parts: Container, work: Callable[[UnitOfWork], Awaitable[_Result]]) -> _Result:
    async def run() -> _Result:
        try:
            async with parts.db.unit_of_work() as uow:
                return await work(uow)
        finally:
            await parts.db.close()

    return asyncio.run(run())
