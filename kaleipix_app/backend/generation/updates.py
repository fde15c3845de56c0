"""Following a provider: until it has finished or somebody wants it to stop, and what of it is news."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from kaleipix_app.backend.generation.machine import Event
from kaleipix_app.backend.providers.base import Queued, Running, Update

_WRITE_EVERY = 0.25  # seconds between two written percentages
_FEW = 20  # orders whose percentages can be written that often


class Shown:
    """What was last written of one order: another stage is news at once, a percentage now and then."""

    def __init__(self) -> None:
        self.event = Event.ACCEPTED
        self.progress: float | None = None  # 0 to 1
        self.place: int | None = None  # in the provider's queue, 1 is next
        self._written = 0.0

    def is_news(self, update: Update, crowd: int) -> bool:
        """Whether the update should be written; `event`, `progress` and `place` then say what.

        `crowd` is the number of orders that are followed: percentages of many come less often.
        """
        before = (self.event, self.place, self.progress is None)
        if isinstance(update, Running):
            event, progress, place = Event.STARTED, update.fraction, None
        else:
            position = update.position if isinstance(update, Queued) else None
            event, progress, place = Event.WAITING, None, None if position is None else position + 1
        is_due = progress is not None and time.monotonic() - self._written >= _WRITE_EVERY * max(1.0, crowd / _FEW)
        if (event, place, progress is None) == before and not is_due:
            return False
        self.event, self.progress, self.place, self._written = event, progress, place, time.monotonic()
        return True


async def until(stop: asyncio.Event, updates: AsyncIterator[Update]) -> AsyncIterator[Update]:
    """The updates, until they end or `stop` is set. Closes them in any case: a connection may hang on them."""
    stopped = asyncio.ensure_future(stop.wait())
    upcoming: asyncio.Future[Update | None] | None = None
    try:
        while True:
            upcoming = asyncio.ensure_future(anext(updates, None))
            await asyncio.wait({upcoming, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                return
            update = await upcoming
            if update is None:
                return
            yield update
    finally:
        stopped.cancel()
        if upcoming is not None and not upcoming.done():
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
        close = getattr(updates, "aclose", None)
        if close is not None:
            await close()
