"""What providers call when a job has finished: a bell, and nothing more.

The body is verified and then ignored: the result is always fetched with our own key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import NotFound, TooLarge
from kaleipix_app.backend.providers import fal
from kaleipix_app.backend.providers.base import NotNow
from kaleipix_app.backend.providers.fal.addresses import job_of
from kaleipix_app.backend.providers.fal.webhooks import MOST_BYTES, Forged

#: (provider, generation, job) -> whether that generation waits for this job, or has adopted it.
CalledBack = Callable[[str, str, str], Awaitable[bool]]

_SECONDS = 0.9  # for an answer
_LONGEST_ID = 64

_log = log.get("webhooks")


def routes(called_back: CalledBack, *, fal_webhooks: fal.Webhooks | None) -> list[Route]:
    """`POST /webhooks/fal`: 200 when the job is ours, 401 forged, 404 unknown or switched off, 503 try again."""

    async def from_fal(request: Request) -> Response:
        if fal_webhooks is None:
            raise NotFound
        try:
            async with asyncio.timeout(_SECONDS):
                request_id = await fal_webhooks.request_id(request.headers, await _body(request))
                job = job_of(request.query_params.get("app", ""), request_id)
                generation_id = request.query_params.get("generation", "")
                is_ours = bool(job) and 0 < len(generation_id) <= _LONGEST_ID
                is_ours = is_ours and await called_back("fal", generation_id, job)
        except Forged as error:
            _log.warning("webhook_forged", provider="fal", error=str(error))
            return Response(status_code=401)
        except (TimeoutError, NotNow, ClientDisconnect):
            _log.warning("webhook_put_off", provider="fal")
            return Response(status_code=503)  # it is sent again
        return Response(status_code=200 if is_ours else 404)

    return [Route("/webhooks/fal", from_fal, methods=["POST"])]


async def _body(request: Request) -> bytes:
    """The raw body, at most MOST_BYTES. Raises TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge("That is too much for one request.")
    return bytes(body)
