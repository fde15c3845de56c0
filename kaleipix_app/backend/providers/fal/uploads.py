"""Sources and masks go to fal's storage for an hour. The one place that knows fal's own library.

It is used for its upload protocol alone: what it does around paid calls (up to ten submits for one order) is unwanted.
Its addresses are constants of a module, so pointing it elsewhere means replacing them before a client is made.
"""

from __future__ import annotations

import asyncio

import httpx
from fal_client import AsyncClient, FalClientHTTPError, StorageSettings
from fal_client import client as constants

from kaleipix_app.backend.providers.base import NotNow
from kaleipix_app.backend.providers.fal import failures

LIFETIME = 3600  # seconds; what is fal's shortest that outlives a queue
_KINDS = ((b"\x89PNG", "image/png", "png"), (b"\xff\xd8", "image/jpeg", "jpg"), (b"RIFF", "image/webp", "webp"))


def point_at(*, rest_url: str, cdn_url: str) -> None:
    """Let the library use these hosts."""
    constants.REST_URL = rest_url.rstrip("/")
    constants.CDN_URL = cdn_url.rstrip("/")


class Uploads:
    """Puts pictures where fal's models can fetch them."""

    def __init__(self, key: str, *, rest_url: str, cdn_url: str, seconds: float) -> None:
        point_at(rest_url=rest_url, cdn_url=cdn_url)
        self._client = AsyncClient(key=key)
        self._seconds = seconds

    async def put(self, data: bytes) -> str:
        """The address of a picture, for an hour. Raises NotNow: nothing was ordered yet; Unconfigured for a bad key."""
        kind, extension = next(((k, e) for magic, k, e in _KINDS if data.startswith(magic)), ("image/png", "png"))
        lifecycle = StorageSettings(expires_in=LIFETIME)
        try:
            async with asyncio.timeout(self._seconds):
                # Without `fallback_repository` a failed upload would send the key to whatever host is named next.
                return await self._client.upload(
                    data, kind, f"source.{extension}", fallback_repository=[], lifecycle=lifecycle
                )
        except (httpx.HTTPStatusError, FalClientHTTPError) as error:
            status = error.response.status_code
            if status in (401, 403):
                raise failures.unconfigured(status) from error
            raise NotNow(f"upload answered {status}") from error
        except (httpx.HTTPError, OSError, LookupError, TypeError, ValueError) as error:
            raise NotNow(f"upload failed: {type(error).__name__}") from error
