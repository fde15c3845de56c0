"""Wrong codes: a limit for each network, and a budget for the whole installation that slows but never locks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from kaleipix_app.backend import log
from kaleipix_app.backend.abuse.limits import MINUTE, WRONG_CODES_PER_NETWORK, Limiter
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import KaleipixError

BUDGET = 200  # wrong codes in a window, from everybody together: far above what people mistype
WINDOW_SECONDS = 5 * MINUTE
DELAY_SECONDS = 2.0
_log = log.get("abuse")


class Guesses:
    """Wrap every check of a code in `one`."""

    def __init__(
        self, limiter: Limiter, clock: Clock, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._limiter = limiter
        self._clock = clock
        self._pause = pause
        self._wrong: deque[float] = deque(maxlen=BUDGET)
        self._alerted_at = 0.0

    @asynccontextmanager
    async def one(self, network: str) -> AsyncIterator[None]:
        """One guess; it was wrong if a KaleipixError comes out of the block. Raises TooMany.

        Counted before it is checked and given back when it was right: parallel guesses cannot slip through.
        """
        self._limiter.take(WRONG_CODES_PER_NETWORK, network)
        if self._overdrawn():
            await self._pause(DELAY_SECONDS)
        try:
            yield
        except KaleipixError:
            self._count_wrong()
            raise
        self._limiter.give_back(WRONG_CODES_PER_NETWORK, network)

    def _overdrawn(self) -> bool:
        oldest_allowed = self._clock.now().timestamp() - WINDOW_SECONDS
        return len(self._wrong) == BUDGET and self._wrong[0] > oldest_allowed

    def _count_wrong(self) -> None:
        now = self._clock.now().timestamp()
        self._wrong.append(now)
        if self._overdrawn() and self._alerted_at <= now - WINDOW_SECONDS:
            self._alerted_at = now
            _log.error("alert_codes_are_being_guessed", wrong=BUDGET, window_seconds=WINDOW_SECONDS)
