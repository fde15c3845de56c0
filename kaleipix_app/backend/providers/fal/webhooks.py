"""Who signed a callback: ED25519 over fal's ids, the time and the body, with keys that fal publishes.

A good signature proves that fal sent it, not that the job is ours: every customer of fal can have a call sent here.
So a callback only rings; what was made is always fetched with our own key.
"""

from __future__ import annotations

import base64
import binascii
import time
from asyncio import Lock
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from kaleipix_app.backend.providers.base import NotNow, ProviderError
from kaleipix_app.backend.providers.fal.addresses import is_request_id
from kaleipix_app.backend.providers.outgoing import Outgoing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_BYTES = 1024 * 1024  # of a callback
_WINDOW = 300  # seconds that a callback may be old, or ahead
_KEEP = 24 * 3600.0  # seconds for the keys
_AGAIN = 60.0  # seconds until the keys are fetched anew because a signature fits none of them
_MOST_KEYS = 20
_NAMES = ("request-id", "user-id", "timestamp", "signature")


class Forged(ProviderError):
    """Not signed by fal, or too long ago."""

    code = "forged"


class Webhooks:
    """Verifies callbacks."""

    def __init__(self, outgoing: Outgoing, rest_url: str, now: Callable[[], float] = time.time) -> None:
        self._outgoing = outgoing
        self._url = f"{rest_url.rstrip('/')}/.well-known/jwks.json"
        self._now = now
        self._keys: list[Ed25519PublicKey] = []
        self._fetched = 0.0
        self._fetching = Lock()

    async def request_id(self, headers: Mapping[str, str], raw: bytes) -> str:
        """The job that is called about. Raises Forged; NotNow if fal's keys cannot be had."""
        request_id, user_id, timestamp, signature = (headers.get(f"x-fal-webhook-{name}", "") for name in _NAMES)
        if not (is_request_id(request_id) and user_id and timestamp.isdecimal() and len(signature) == 128):
            raise Forged("headers")
        if len(timestamp) > 12 or abs(self._now() - int(timestamp)) > _WINDOW:
            raise Forged("time")
        try:
            signed = bytes.fromhex(signature)
        except ValueError as error:
            raise Forged("signature") from error
        message = "\n".join((request_id, user_id, timestamp, sha256(raw).hexdigest())).encode()
        if not await self._is_signed(message, signed):
            raise Forged("signature")
        return request_id

    async def _is_signed(self, message: bytes, signature: bytes) -> bool:
        age = self._now() - self._fetched
        if self._keys and age < _KEEP and _fits_any(self._keys, message, signature):
            return True
        return _fits_any(await self._fresh(), message, signature)

    async def _fresh(self) -> list[Ed25519PublicKey]:
        async with self._fetching:
            # Forgers must not make us ask fal each time.
            if not self._keys or self._now() - self._fetched >= _AGAIN:
                try:
                    answer = await self._outgoing.call("GET", self._url, headers={}, read=5.0)
                except ProviderError as error:
                    raise NotNow("keys cannot be fetched") from error
                keys = _read(answer.json()) if answer.status == 200 else []
                if not keys:
                    raise NotNow("no keys in the answer")
                self._keys, self._fetched = keys, self._now()
            return self._keys


def _read(document: Mapping[str, Any]) -> list[Ed25519PublicKey]:
    """The keys of a JWKS; those that are none are left out."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # an idle studio does without

    entries = document.get("keys")
    keys = []
    for entry in entries[:_MOST_KEYS] if isinstance(entries, list) else []:
        text = str(entry.get("x")) if isinstance(entry, dict) else ""
        try:
            # base64 without its padding, which Python's decoder insists on
            keys.append(Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        except (ValueError, binascii.Error):
            continue
    return keys


def _fits_any(keys: list[Ed25519PublicKey], message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    for key in keys:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            continue
        return True
    return False
