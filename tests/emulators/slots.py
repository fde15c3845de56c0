"""Room for so many jobs at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Slots:
    """At most so many jobs run at once; the limit may change at any time."""

    def __init__(self, limit: Callable[[], int | None]) -> None:
        self._limit = limit
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def _free(self) -> bool:
        limit = self._limit()
        return limit is None or self._running < limit

    async def take(self) -> None:
        if not self._free() or self._waiting:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.give()
                raise
        else:
            self._running += 1

    def give(self) -> None:
        self._running -= 1
        while self._waiting and self._free():
            turn = self._waiting.popleft()
            if not turn.done():
                self._running += 1
                turn.set_result(None)
