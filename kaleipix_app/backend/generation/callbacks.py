"""Calls of providers: an address for each generation, and what a call does. A call is only a bell.

What it says is never believed: the id is written down if it was not known, and then we ask for ourselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from sqlmodel import col, select

from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.records import Records
from kaleipix_app.backend.providers.base import Provider
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.tokens import Keyring

_PURPOSE = "provider callback"


class Callbacks:
    """Makes and answers the addresses under `/webhooks/` that providers call."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        db: Database,
        records: Records,
        providers: Mapping[str, Provider],
        ring: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._keyring = keyring
        self._db = db
        self._records = records
        self._providers = providers
        self._ring = ring

    def address(self, provider: str, generation_id: str) -> str:
        """Where this provider calls about this generation; empty unless we can be reached by https."""
        if not self._settings.is_https:
            return ""
        token = self._keyring.digest(_PURPOSE, provider, generation_id)
        return f"{self._settings.url}/webhooks/{provider}?{urlencode({'generation': generation_id, 'token': token})}"

    def is_ours(self, provider: str, generation_id: str, token: str) -> bool:
        """Whether an address was made by us."""
        return self._keyring.matches(token, _PURPOSE, provider, generation_id)

    async def called(self, provider: str, generation_id: str, name: str) -> bool:
        """The provider called about its order `name`. False if there is no such generation."""
        maker = self._providers.get(provider)
        if maker is None:
            return False
        async with self._db.reading() as uow:
            found = await uow.session.exec(select(Generation.model).where(col(Generation.id) == generation_id))
            model = found.first()
        if model is None:
            return False
        job = maker.job(model, name)
        async with self._db.unit_of_work() as uow:
            known = await self._records.adopt(uow, generation_id, provider, job)
            uow.after_commit(lambda: maker.nudge(job))
            uow.after_commit(self._ring)
        return known
