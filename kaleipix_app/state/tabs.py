"""Who is looking: the open tabs of each person, refreshed when their doorbell rings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from kaleipix_app.backend import log

_GATHER = 0.015  # seconds: what was just asked for gets under way first, and is read together with what follows
_PAUSE = 0.03  # at least, between two refreshes of one person's tabs
_PAUSES = 3  # times as long as a refresh took: however busy it is here, refreshing leaves room for other work
_log = log.get("tabs")


async def _nobody_looks(_token: str) -> bool:
    return False


def _not_connected(_token: str) -> bool:
    return False


class Tabs:
    """User id → client tokens."""

    def __init__(self) -> None:
        self._refresh: Callable[[str], Awaitable[bool]] = _nobody_looks
        self._is_connected: Callable[[str], bool] = _not_connected
        self._open: dict[str, set[str]] = {}
        self._ringing: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def connect(self, refresh: Callable[[str], Awaitable[bool]], is_connected: Callable[[str], bool]) -> None:
        """`refresh(token)` lets one tab read again and answers whether it still looks on."""
        self._refresh, self._is_connected = refresh, is_connected

    def is_open(self, user_id: str) -> bool:
        """Whether this person has a page of ours open anywhere, in front or behind."""
        return any(self._is_connected(token) for token in self._open.get(user_id, ()))

    def add(self, user_id: str, token: str) -> None:
        """This tab shows that person's pictures from now on, and nobody else's."""
        for tokens in self._open.values():
            tokens.discard(token)
        self._open.setdefault(user_id, set()).add(token)

    def ring(self, user_id: str) -> None:
        """Something of this person changed: let their tabs read again, once for many rings."""
        self._ring(user_id, _GATHER)

    def ring_at_once(self, user_id: str) -> None:
        """Something has ended: nothing has to get under way first."""
        self._ring(user_id, 0)

    def _ring(self, user_id: str, gather: float) -> None:
        if user_id in self._ringing:
            self._again.add(user_id)
        elif self._open.get(user_id):
            self._ringing[user_id] = asyncio.create_task(self._answer(user_id, gather))

    def ring_all(self) -> None:
        """Something changed for everybody who looks on."""
        for user_id in list(self._open):
            self.ring(user_id)

    async def _answer(self, user_id: str, gather: float) -> None:
        try:
            await asyncio.sleep(gather)
            while True:
                self._again.discard(user_id)
                began = time.monotonic()
                for token in list(self._open.get(user_id, ())):
                    await self._one(user_id, token)
                if user_id not in self._again:
                    return
                await asyncio.sleep(max(_PAUSE, _PAUSES * (time.monotonic() - began)))
        finally:
            self._ringing.pop(user_id, None)
            if not self._open.get(user_id):
                self._open.pop(user_id, None)

    async def _one(self, user_id: str, token: str) -> None:
        try:
            stays = await self._refresh(token)
        except Exception as error:  # noqa: BLE001 - one broken tab must not silence the others
            _log.error("refresh_failed", exc_info=error)
            return
        if not stays:
            self._open[user_id].discard(token)


TABS = Tabs()
