"""Passcodes of links: hashed slowly and in a thread, proven from then on by a cookie."""

from __future__ import annotations

import asyncio

from passlib.hash import argon2

from kaleipix_app.backend.tokens import Keyring

_PURPOSE = "share passcode"
_AT_ONCE = 2  # each takes 19 MB and some 20 ms: guesses of many must not fill the memory
# OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
_argon2 = argon2.using(type="ID", memory_cost=19_456, rounds=2, parallelism=1)


class Passcodes:
    """Makes and checks them."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, passcode: str) -> str:
        """What is kept of it."""
        async with self._turns:
            return str(await asyncio.to_thread(_argon2.hash, passcode))

    async def matches(self, passcode: str, kept: str) -> bool:
        """Whether this is the passcode."""
        async with self._turns:
            return bool(await asyncio.to_thread(_argon2.verify, passcode, kept))

    def proof(self, share_id: str, kept: str) -> str:
        """What the browser of somebody who knew it holds. The same for everybody, and void with the passcode."""
        return self._keyring.digest(_PURPOSE, share_id, kept)

    def is_proof(self, given: str, share_id: str, kept: str) -> bool:
        """Whether a browser has shown that somebody there knew it."""
        return given.isascii() and self._keyring.matches(given, _PURPOSE, share_id, kept)
