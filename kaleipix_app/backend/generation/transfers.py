"""The transfer notice: before the first picture goes to somebody else's machines, its person is told who and where."""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlmodel import col, select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, KaleipixError
from kaleipix_app.backend.generation.models import TransferNotice
from kaleipix_app.backend.providers.catalogue.places import PLACES, Place

_TOLD = select(col(TransferNotice.place)).where(
    col(TransferNotice.user_id) == bindparam("user_id"), col(TransferNotice.provider) == bindparam("provider")
)


class NoticeNeeded(KaleipixError):
    """Nothing was asked yet: the person has to read about `place` first."""

    code = "notice_needed"
    status = 409

    def __init__(self, provider: str, place: Place) -> None:
        super().__init__(f"Please read first where {place.name} works on your pictures.")
        self.provider = provider
        self.place = place


class Transfers:
    """Who has been told what."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def check(self, uow: UnitOfWork, viewer: Viewer, provider: str) -> None:
        """Raises NoticeNeeded if this person was not told about this provider."""
        if not await self.are_known(uow, viewer.user_id, provider):
            raise NoticeNeeded(provider, PLACES[provider])

    async def are_known(self, uow: UnitOfWork, user_id: str, provider: str) -> bool:
        """Whether what the provider does with pictures was read, or there is nothing to read."""
        place = PLACES.get(provider)
        if place is None:
            return True
        connection = await uow.session.connection()
        told = (await connection.execute(_TOLD, {"user_id": user_id, "provider": provider})).scalar_one_or_none()
        return told == place.country

    async def acknowledge(self, uow: UnitOfWork, viewer: Viewer, provider: str) -> None:
        """The person has read it. Once is enough. Raises BadInput for what is no remote provider."""
        place = PLACES.get(provider)
        if place is None:
            raise BadInput("There is nothing to read about this one.")
        notice = TransferNotice(
            user_id=viewer.user_id, provider=provider, place=place.country, acknowledged_at=self._clock.now()
        )
        await uow.session.merge(notice)
        await uow.session.flush()
