"""`POST /webhooks/fal`: fal rings when a job has finished.

The body is only good for its signature: what was made is always fetched with our own key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import NotFound, TooLarge
from kaleipix_app.backend.providers.base import NotNow
from kaleipix_app.backend.providers.fal.webhooks import MOST_BYTES, Forged, Webhooks

KEY = "fal"
MOST_SECONDS = 0.9  # for an answer

_log = log.get("webhooks")


def routes(
    webhooks: Webhooks | None,
    called: Callable[[str, str, str], Awaitable[bool]],
    is_ours: Callable[[str, str, str], bool],
) -> list[Route]:
    """`called(provider, generation_id, request id)`, `is_ours(provider, generation_id, token)`.

    Answers 200 when the job is known or was adopted, 401 for what fal has not signed, 404 for what is not ours and
    while fal is off (`webhooks` is None), 413, and 503 when it should be sent again.
    """

    async def ring(request: Request) -> Response:
        generation_id = request.query_params.get("generation", "")
        if webhooks is None or not is_ours(KEY, generation_id, request.query_params.get("token", "")):
            raise NotFound
        try:
            async with asyncio.timeout(MOST_SECONDS):
                request_id = await webhooks.request_id(request.headers, await _body(request))
                known = await called(KEY, generation_id, request_id)
        except Forged as error:
            _log.warning("webhook_forged", provider=KEY, detail=str(error))
            return Response(status_code=401)
        except (TimeoutError, NotNow, ClientDisconnect) as error:
            _log.warning("webhook_put_off", provider=KEY, error=type(error).__name__)
            return Response(status_code=503)
        _log.info("called", provider=KEY, generation=generation_id, known=known)
        return Response(status_code=200 if known else 404)

    return [Route(f"/webhooks/{KEY}", ring, methods=["POST"])]


async def _body(request: Request) -> bytes:
    """The raw body. Raises TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge("That is too much for one request.")
    return bytes(body)
