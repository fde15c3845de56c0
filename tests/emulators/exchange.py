"""One request on its connection, with the means to answer it badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Reply:
    """An answer: a status, a body (bytes as they are, anything else as JSON), headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Exchange:
    """A request that may be passed on to the emulator, answered otherwise, or cut off."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, inner: ASGIApp) -> None:
        self.scope = scope
        self.outcome: int | str = "open"
        self._receive = receive
        self._send = send
        self._inner = inner
        self._body = b""
        self._unread = True

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]}

    async def read(self) -> bytes:
        """The whole body."""
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        self._body = b"".join(parts)
        return self._body

    async def receive(self) -> Message:
        """The body once more, for the emulator behind; then whatever else comes."""
        if self._unread:
            self._unread = False
            return {"type": "http.request", "body": self._body, "more_body": False}
        return await self._receive()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.outcome = message["status"]
        await self._send(message)

    async def pass_on(self, send: Send | None = None) -> None:
        """Let the emulator answer."""
        await self._inner(self.scope, self.receive, send or self.send)

    async def answered(self) -> Reply:
        """What the emulator answers, kept back."""
        reply = Reply(200, b"")

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
                reply.headers = {name: value for name, value in pairs if name != "content-length"}
            else:
                reply.body += message.get("body", b"")

        await self.pass_on(keep)
        return reply

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})

    async def more(self, body: bytes, *, last: bool = False) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": not last})

    async def reply(self, reply: Reply) -> None:
        raw = reply.raw
        kind = {} if isinstance(reply.body, bytes) else {"content-type": "application/json"}
        await self.start(reply.status, {**kind, **reply.headers, "content-length": str(len(raw))})
        await self.more(raw, last=True)

    async def cut(self) -> None:
        """Close the connection without another byte."""
        # uvicorn's `send` is a method of the request's cycle, which owns the socket.
        transport: asyncio.Transport = self._send.__self__.transport  # type: ignore[attr-defined]
        transport.abort()
        self.outcome = "cut"
        await self.gone()

    async def gone(self) -> None:
        """Wait until the client is no longer there."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
