"""Identifiers, secrets and keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 symbols, none of 0 O 1 I
CODE_LENGTH = 8
ID_LENGTH = 26
_STEP_BACK = 10_000  # ms: as far as a running clock is put right at once; one that was wrong by more begins anew


class _Ids:
    """Sort as they were made, also within a millisecond and while the clock is set back a little, as a monotonic ULID.

    Unlike there, the next one cannot be guessed.
    """

    def __init__(self) -> None:
        self._last = 0
        self._one_at_a_time = threading.Lock()

    def next(self) -> int:
        now = time.time_ns() // 1_000_000
        with self._one_at_a_time:
            follows = 0 <= (self._last >> 82) - now <= _STEP_BACK
            self._last = self._last + 1 + secrets.randbits(64) if follows else now << 82 | secrets.randbits(82)
            return self._last


_ids = _Ids()


def new_id() -> str:
    """A 26-character id that sorts by creation time: 48 bits of milliseconds, 82 of chance."""
    return _spelled(_ids.next())


def first_id(at: datetime) -> str:
    """The smallest id that `new_id` can make at this moment: what is older sorts before it."""
    return _spelled(max(0, round(at.timestamp() * 1000)) << 82)


def made_at(id: str) -> datetime:
    """When `new_id` made this id. Raises ValueError for texts of another shape."""
    number = sum(_CROCKFORD.index(symbol) << shift for symbol, shift in zip(id, range(125, -1, -5), strict=False))
    return datetime.fromtimestamp((number >> 82) / 1000, UTC)


def _spelled(number: int) -> str:
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_secret() -> str:
    """256 bits of chance, URL-safe: session and challenge tokens."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A sign-in code: 8 characters of a 32-symbol alphabet without look-alikes (40 bits)."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """The code as people read it: K7QF-2M9D."""
    return f"{code[:4]}-{code[4:]}"


def read_code(typed: str) -> str:
    """What a person typed, without dash, spaces and case."""
    return "".join(ch for ch in typed.upper() if ch.isalnum())


def fingerprint(secret: str) -> str:
    """SHA-256 of a 256-bit secret, hex: how tokens are kept (no key needed at that entropy)."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Keyring:
    """Keyed hashes (HMAC-SHA256). The first key makes new ones; every key is tried when checking."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) < 16 for key in keys):
            raise ValueError("a secret key must have at least 16 bytes")
        self._keys = keys

    def digest(self, purpose: str, *parts: str) -> str:
        """Hex digest of the parts, under the current key and separated by purpose."""
        return self._digest(self._keys[0], purpose, parts)

    def digests(self, purpose: str, *parts: str) -> list[str]:
        """What every live key gives, the current one's first: to find again what an older key has made."""
        return [self._digest(key, purpose, parts) for key in self._keys]

    def matches(self, digest: str, purpose: str, *parts: str) -> bool:
        """Whether any live key gives this digest; compared in constant time."""
        found = False
        for key in self._keys:
            found |= hmac.compare_digest(digest, self._digest(key, purpose, parts))
        return found

    @staticmethod
    def _digest(key: bytes, purpose: str, parts: tuple[str, ...]) -> str:
        message = "\x1f".join((purpose, *parts)).encode()
        return hmac.digest(key, message, "sha256").hex()
