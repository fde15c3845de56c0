"""When a person wants a mail about what was made while they were away. Nobody gets one who did not ask for it."""

from __future__ import annotations

from sqlmodel import col, select, update

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput

MINUTES = (1, 2, 5, 10, 30)  # that a generation has to take before it is worth a mail


class Notifications:
    """One choice for each person, off at first."""

    async def mail_after(self, uow: UnitOfWork, viewer: Viewer) -> int | None:
        """The minutes that were chosen; None: no mails."""
        return (await uow.session.exec(select(User.mail_after_minutes).where(User.id == viewer.user_id))).first()

    async def set_mail_after(self, uow: UnitOfWork, viewer: Viewer, minutes: int | None) -> None:
        """Ask for mails, or for none any more. Raises BadInput."""
        if minutes is not None and minutes not in MINUTES:
            raise BadInput("Choose one of the times in the list.")
        await uow.session.exec(update(User).where(col(User.id) == viewer.user_id).values(mail_after_minutes=minutes))
