"""How much may run at each provider, and what moves to a partner while its provider is down."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlmodel import col, select, update

from kaleipix_app.backend import log
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.transfers import Transfers
from kaleipix_app.backend.providers.base import Provider
from kaleipix_app.backend.providers.catalogue import Model, Need

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

    def most(self, lane: str) -> int:
        provider = self._providers.get(lane)
        return provider.room() if provider is not None else 0

    async def _move(self, model: Model, partner: Model) -> None:
        """What waits for `model` goes to its partner, at the price its person saw.

        Only what surely was not ordered, and only of people who know that provider and where it is.
        """
        waiting = (
            col(Generation.model) == model.id,
            col(Generation.state) == State.QUEUED,
            col(Generation.ordered_at).is_(None),
        )
        async with self._db.unit_of_work() as uow:
            rows = [row for row in await uow.session.exec(select(Generation).where(*waiting)) if _fits(row, partner)]
            known = {
                owner_id: await self._transfers.are_known(uow, owner_id, partner.provider)
                for owner_id in {row.owner_id for row in rows}
            }
            moved = [row for row in rows if known[row.owner_id]]
            for row in moved:
                await uow.session.exec(
                    update(Generation)
                    .where(col(Generation.id) == row.id, *waiting)
                    .values(
                        model=partner.id,
                        provider=partner.provider,
                        params=partner.defaults() | partner.known(row.params),
                        not_before=None,
                    )
                    .execution_options(synchronize_session=False)
                )
                uow.after_commit(partial(self._feed.publish, row.owner_id))
        if moved:
            _log.warning("moved_to_partner", model=model.id, partner=partner.id, generations=len(moved))


def _fits(row: Generation, partner: Model) -> bool:
    """Whether the partner can make it as it was asked for."""
    is_shape = not row.aspect_ratio or row.aspect_ratio in partner.aspect_ratios
    return is_shape and row.count <= partner.max_count and (row.source_id is None or partner.source is not Need.NO)
