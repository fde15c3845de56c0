"""Another username: another address of the workspace, and everything in it stays."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update

from kaleipix_app.backend.abuse.limits import RENAMES_PER_PERSON, USERNAMES_PER_NETWORK, Limiter
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.usernames import read_username, username_taken
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict


class Renaming:
    """The same rules as for the first name. `renamed(user_id)` hears of it, for the open tabs."""

    def __init__(self, limiter: Limiter, renamed: Callable[[str], None]) -> None:
        self._limiter = limiter
        self._renamed = renamed

    def admit(self, viewer: Viewer, network: str) -> None:
        """Whether another name may be tried; before any transaction. Raises TooMany."""
        self._limiter.take_all((RENAMES_PER_PERSON, viewer.user_id), (USERNAMES_PER_NETWORK, network))

    async def rename(self, uow: UnitOfWork, viewer: Viewer, typed: object) -> str:
        """The name from now on. Raises BadInput, Conflict; neither counts as a change."""
        try:
            name = await self._rename(uow, viewer, typed)
        except (BadInput, Conflict):
            self._limiter.give_back(RENAMES_PER_PERSON, viewer.user_id)
            raise
        uow.after_commit(lambda: self._renamed(viewer.user_id))
        return name

    @staticmethod
    async def _rename(uow: UnitOfWork, viewer: Viewer, typed: object) -> str:
        chosen = read_username(typed)
        if chosen.name == viewer.username:
            raise BadInput("That is your username already.")
        try:
            async with uow.session.begin_nested():
                await uow.session.exec(
                    update(User)
                    .where(col(User.id) == viewer.user_id)
                    .values(username=chosen.name, username_skeleton=chosen.skeleton)
                )
        except IntegrityError as error:  # the table decides: looking first would lose a race
            raise username_taken() from error
        return chosen.name
