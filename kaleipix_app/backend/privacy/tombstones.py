"""What was erased: keyed hashes of ids in an append-only file outside the database.

A backup that is older than an erasure still holds what was erased. After it is restored, whatever is listed here goes
again. The hash tells nothing to whoever does not have the key and the id.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import StorageFailed
from kaleipix_app.backend.tokens import Keyring


class Erased(StrEnum):
    """What an id is of; a part of its hash."""

    PERSON = "erased"  # their lines name no kind: they were the only ones at first
    PICTURE = "picture"
    PROMPT = "prompt"


class Tombstones:
    """One line for each thing that was erased: time, hash, kind."""

    def __init__(self, path: Path, keyring: Keyring, clock: Clock) -> None:
        self._path = path
        self._keyring = keyring
        self._clock = clock

    async def add(self, kind: Erased, ids: Sequence[str]) -> None:
        """On disk when this returns. Twice is once. Raises StorageFailed."""
        known = set(await self.which(kind, ids))
        end = "" if kind is Erased.PERSON else f" {kind}"
        at = self._clock.now().isoformat()
        lines = [f"{at} {self._keyring.digest(kind, one)}{end}\n" for one in ids if one not in known]
        if not lines:
            return
        try:
            await asyncio.to_thread(self._append, lines)
        except OSError as error:
            raise StorageFailed("This could not be removed just now. It is tried again within the hour.") from error

    async def which(self, kind: Erased, ids: Sequence[str]) -> list[str]:
        """Those of these that were erased, under any key that is still known."""
        listed = await asyncio.to_thread(self._hashes)
        return [one for one in ids if not listed.isdisjoint(self._keyring.digests(kind, one))]

    def _hashes(self) -> set[str]:
        if not self._path.exists():
            return set()
        return {parts[1] for parts in map(str.split, self._path.read_text().splitlines()) if len(parts) in (2, 3)}

    def _append(self, lines: Sequence[str]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
