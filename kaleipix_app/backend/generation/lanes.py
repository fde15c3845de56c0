"""How much may run at each provider, and what moves to a partner while its provider is down."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import col, select, update

from kaleipix_app.backend import log
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.transfers import Transfers
from kaleipix_app.backend.providers.base import Provider
from kaleipix_app.backend.providers.catalogue import Model

_log = log.get("generation")


class ProviderLanes:
    """The `Lanes` of the job engine: one lane for each provider."""

    def __init__(
        self,
        db: Database,
        feed: Feed,
        transfers: Transfers,
        providers: Mapping[str, Provider],
        models: Mapping[str, Model],
    ) -> None:
        self._db = db
        self._feed = feed
        self._transfers = transfers
        self._providers = providers
        self._models = models

    async def room(self) -> Mapping[str, int]:
        room = {key: provider.room() for key, provider in self._providers.items()}
        for model in self._models.values():
            partner = self._models.get(model.partner)
            if partner is not None and not room.get(model.provider) and room.get(partner.provider):
                await self._move(model, partner)
        return room

    async def _move(self, model: Model, partner: Model) -> None:
        """What waits for `model` goes to its partner, at the price its person saw.

        Only what surely was not ordered, and only of people who know that provider and where it is.
        """
        waiting = (
            col(Generation.model) == model.id,
            col(Generation.state) == State.QUEUED,
            col(Generation.ordered_at).is_(None),
        )
        async with self._db.reading() as uow:
            owners = set(await uow.session.exec(select(Generation.owner_id).where(*waiting)))
            agreed = [owner for owner in owners if await self._transfers.are_known(uow, owner, partner.provider)]
        if not agreed:
            return
        async with self._db.unit_of_work() as uow:
            moved = await uow.session.exec(
                update(Generation)
                .where(*waiting, col(Generation.owner_id).in_(agreed))
                .values(model=partner.id, provider=partner.provider, not_before=None)
            )
            for owner in agreed:
                uow.after_commit(lambda owner=owner: self._feed.publish(owner))  # type: ignore[misc]
        _log.warning("moved_to_partner", model=model.id, partner=partner.id, generations=moved.rowcount)
