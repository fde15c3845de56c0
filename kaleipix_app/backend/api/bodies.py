"""A limit on what a request may carry."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from kaleipix_app.backend.errors import TooLarge

LIMIT = 64 * 1024
_OWN_LIMIT = ("/api/uploads", "/webhooks/")  # these count bytes themselves


async def limited(path: str, headers: Headers, receive: Receive) -> Receive:
    """A receive that never gives more than the limit. Raises TooLarge before the app has seen anything."""
    if path.startswith(_OWN_LIMIT):
        return receive
    length = headers.get("content-length")
    if length is not None:
        if not length.isdecimal() or int(length) > LIMIT:
            raise TooLarge("That is too much for one request.")
        return receive
    if "transfer-encoding" not in headers:
        return receive
    return _replay(await _read(receive), receive)


async def _read(receive: Receive) -> bytes:
    """A body of unknown length: so small that it may be read before it is passed on."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LIMIT:
            raise TooLarge("That is too much for one request.")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
