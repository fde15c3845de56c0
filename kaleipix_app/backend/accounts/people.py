"""What an operator does with people."""

from __future__ import annotations

from sqlmodel import select

from kaleipix_app.backend.accounts.addresses import read_address
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import NotFound


class People:
    """Finds people by address and changes what only an operator may."""

    async def id_of(self, uow: UnitOfWork, email: str) -> str:
        """The user id behind an address. Raises BadInput, NotFound."""
        return (await self._find(uow, email)).id

    async def make_admin(self, uow: UnitOfWork, email: str) -> None:
        """Admin from now on, whatever the settings say later. Raises BadInput, NotFound."""
        user = await self._find(uow, email)
        user.admin_by_operator = user.is_admin = True
        await uow.session.flush()

    @staticmethod
    async def _find(uow: UnitOfWork, email: str) -> User:
        found = await uow.session.exec(select(User).where(User.email == read_address(email).identity))
        user = found.first()
        if user is None:
            raise NotFound("Nobody here signs in with that address.")
        return user
