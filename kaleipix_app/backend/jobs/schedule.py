"""The clockwork (APScheduler): hourly, in one process only."""

from __future__ import annotations

import fcntl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from kaleipix_app.backend import log

_log = log.get("schedule")


class Schedule:
    """Calls `work` at the start and every hour from then on.

    A lock on a file in the data directory decides which process may: it goes with its process, also after kill -9.
    """

    def __init__(self, work: Callable[[], Awaitable[object]], lock: Path) -> None:
        self._work = work
        self._lock = lock
        self._held: IO[str] | None = None
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> bool:
        """Begin, unless another process has; says whether this is the one."""
        held = self._lock.open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            return False
        self._held = held
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(self._run, "interval", hours=1, coalesce=True, max_instances=1, misfire_grace_time=None)
        self._scheduler.add_job(self._run)
        self._scheduler.start()
        return True

    def stop(self) -> None:
        """No further runs from here."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        if self._held is not None:
            self._held.close()

    async def _run(self) -> None:
        with log.request():
            try:
                await self._work()
            except Exception as error:  # noqa: BLE001 - the database may be away; the next hour comes
                _log.error("run_failed", exc_info=error)
