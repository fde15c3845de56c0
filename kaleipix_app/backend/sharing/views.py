"""How often pages are opened: counted in memory, written now and then, nothing about by whom."""

from __future__ import annotations

import asyncio
from collections import Counter

from sqlmodel import col, update

from kaleipix_app.backend import log
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.backend.sharing.models import Share

_EVERY = 5.0  # seconds
_log = log.get("sharing")


class Views:
    """A counter for each link."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: Counter[str] = Counter()

    def count(self, share_id: str) -> None:
        """Somebody opened the page."""
        self._waiting[share_id] += 1

    async def write(self) -> None:
        """Add what was counted to the rows. What cannot be written waits for the next time."""
        if not self._waiting:
            return
        taken, self._waiting = self._waiting, Counter()
        try:
            async with self._db.unit_of_work() as uow:
                for share_id, number in taken.items():
                    await uow.session.exec(
                        update(Share).where(col(Share.id) == share_id).values(views=col(Share.views) + number)
                    )
        except DatabaseFailed:
            self._waiting.update(taken)

    async def keep_writing(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001 - a count is never worth more than the next one
                _log.error("views_not_written", exc_info=error)
