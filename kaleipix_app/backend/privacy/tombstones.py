"""Who was erased: keyed hashes of user ids in an append-only file outside the database.

A backup that is older than an erasure still holds the person. After it is restored, everybody who is listed here is
erased again. The hash tells nothing to whoever does not have the key and the id.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from kaleipix_app.backend.tokens import Keyring

_PURPOSE = "erased"


class Tombstones:
    """One line for each erased person: time and hash."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._keyring = keyring

    async def add(self, user_id: str, at: datetime) -> None:
        """On disk when this returns. Twice is once."""
        if not await self.holds(user_id):
            await asyncio.to_thread(self._append, f"{at.isoformat()} {self._keyring.digest(_PURPOSE, user_id)}\n")

    async def holds(self, user_id: str) -> bool:
        """Whether this person was erased, under any key that is still known."""
        hashes = await asyncio.to_thread(self._hashes)
        return any(self._keyring.matches(one, _PURPOSE, user_id) for one in hashes)

    def _hashes(self) -> list[str]:
        if not self._path.exists():
            return []
        return [line.split()[1] for line in self._path.read_text().splitlines() if len(line.split()) == 2]

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
