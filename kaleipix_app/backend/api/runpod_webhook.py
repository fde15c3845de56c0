"""`POST /webhooks/runpod`: RunPod rings when an order has finished.

Nothing vouches for a call but the token in its address, and nothing that it says is believed: it only makes us look.
With pictures in it a call has many megabytes; its beginning is kept, up to the id, and the rest is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import BadInput, NotFound, TooLarge
from kaleipix_app.backend.providers.runpod.jobs import is_name

KEY = "runpod"
MOST_BYTES = 20 * 1024 * 1024
_HEAD = 256 * 1024  # RunPod sorts its names: what comes before `id` is a few numbers

_log = log.get("webhooks")


def routes(
    is_on: bool,
    called: Callable[[str, str, str], Awaitable[bool]],
    is_ours: Callable[[str, str, str], bool],
) -> list[Route]:
    """`called(provider, generation_id, name of the order)`, `is_ours(provider, generation_id, token)`.

    Raises NotFound while RunPod is off and for addresses that are not ours, TooLarge.
    """

    async def ring(request: Request) -> Response:
        generation_id = request.query_params.get("generation", "")
        if not is_on or not is_ours(KEY, generation_id, request.query_params.get("token", "")):
            raise NotFound
        try:
            name = order_id(await _head(request))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        if not is_name(name):
            raise BadInput("This names no order.")
        known = await called(KEY, generation_id, str(name))
        _log.info("called", provider=KEY, generation=generation_id, known=known)
        return Response(status_code=200)

    return [Route(f"/webhooks/{KEY}", ring, methods=["POST"])]


async def _head(request: Request) -> bytes:
    kept, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge("That is too much for one request.")
        kept += chunk[: max(_HEAD - len(kept), 0)]
    return bytes(kept)


def order_id(head: bytes) -> object:
    """The outermost `id` of an object of which only the beginning is there; None if it is not in it."""
    text, read = head.decode("utf-8", "ignore"), json.JSONDecoder().raw_decode
    at = _skip(text, 0, "{")
    try:
        while at is not None:
            key, at = read(text, at)
            value, at = read(text, _skip(text, at, ":") or len(text))
            if key == "id":
                return value
            at = _skip(text, at, ",")
    except (ValueError, RecursionError):
        return None
    return None


def _skip(text: str, at: int, mark: str) -> int | None:
    """The place after a mark and the spaces around it; None if the mark is not there."""
    rest = text[at : at + 64].lstrip()
    if not rest.startswith(mark):
        return None
    at = text.index(mark, at) + 1
    while text[at : at + 1].isspace():
        at += 1
    return at
