"""The outermost layer: every request and every live connection passes here first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaleipix_app.backend import log, metrics
from kaleipix_app.backend.api import answers, bodies, paths, plain_pages
from kaleipix_app.backend.api.built import Built
from kaleipix_app.backend.api.headers import Headers
from kaleipix_app.backend.api.sockets import Sockets
from kaleipix_app.backend.api.workspace import Pass
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.settings import Settings

Gate = Callable[[HTTPConnection], Awaitable[Response | Pass]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_READS = frozenset({"GET", "HEAD"})
_NOT_LOGGED = ("/assets/", "/healthz", "/readyz", "/metrics")
_log = log.get("http")


class ForeignOrigin(KaleipixError):
    """An unsafe request that no page of this studio has sent."""

    code = "foreign_origin"
    status = 403


class Guard:
    """Headers, request ids, origins, limits, and who may see a workspace."""

    def __init__(self, app: ASGIApp, settings: Settings, workspace_gate: Gate) -> None:
        self._app = app
        self._origins = settings.origins
        self._gate = workspace_gate
        self._built = Built()
        self._headers = Headers(settings, self._built)
        self._sockets = Sockets(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        with log.request() as request_id:
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            else:
                await self._http(scope, receive, send, request_id)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._sockets.admit(HTTPConnection(scope)) as admitted:
            if admitted:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: a 403

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began = time.perf_counter()
        reply = _Reply(scope, send, self._headers, request_id)
        try:
            await self._answer(scope, receive, reply)
        except Exception as error:  # whatever it was, it is answered or raised again
            if reply.status is None:
                answer = answers.expected if isinstance(error, KaleipixError) else answers.unexpected
                await (await answer(Request(scope), error))(scope, receive, reply)
            elif not reply.finished:
                raise  # cut off in the middle: the server has to break the connection
        finally:
            metrics.requests.labels(_template(scope), f"{(reply.status or 500) // 100}xx").inc()
            if not scope["path"].startswith(_NOT_LOGGED):
                route, took = paths.for_log(scope["path"]), round((time.perf_counter() - began) * 1000)
                _log.info("request", method=scope["method"], route=route, status=reply.status, ms=took)

    async def _answer(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        request = Request(scope, receive)
        try:
            self._check_origin(request)
            receive = await bodies.limited(scope["path"], request.headers, receive)
        except KaleipixError as error:
            await (await answers.expected(request, error))(scope, receive, reply)
            return
        early = await self._early(request)
        if isinstance(early, Response):
            await early(scope, receive, reply)
            return
        reply.set_cookie = early.set_cookie
        await self._app(self._page(scope), receive, reply)
        if reply.is_unknown_page:
            reply.is_unknown_page = False
            await plain_pages.not_found()(scope, receive, reply)

    def _check_origin(self, request: Request) -> None:
        """Other sites can make browsers send requests here, but not with these headers."""
        if request.method in _SAFE or request.scope["path"].startswith("/webhooks/"):
            return
        headers = request.headers
        if headers.get("origin") not in self._origins and headers.get("sec-fetch-site") != "same-origin":
            raise ForeignOrigin("This was not sent by a page of this studio. Please reload the page and try again.")

    async def _early(self, request: Request) -> Response | Pass:
        if paths.is_odd(request.scope["path"], request.scope.get("raw_path") or b""):
            return plain_pages.not_found()
        return await self._gate(request) if request.method in _READS else Pass()

    def _page(self, scope: Scope) -> Scope:
        """Prerendered pages lie in folders; asking for the folder spares the browser a redirect."""
        path = scope["path"]
        if path not in self._built.pages:
            return scope
        return {**scope, "path": f"{path}/", "raw_path": f"{path}/".encode()}


def _template(scope: Scope) -> str:
    """The route as it is written in the source; pages, which one route serves, by the part that a log may name."""
    return getattr(scope.get("route"), "path", "") or paths.for_log(scope["path"])


class _Reply:
    """Passes an answer on, with its headers completed; holds back the empty shell of an unknown page."""

    def __init__(self, scope: Scope, send: Send, headers: Headers, request_id: str) -> None:
        self._path, self._method = scope["path"], scope["method"]
        self._send = send
        self._headers = headers
        self._request_id = request_id
        self.status: int | None = None
        self.finished = False
        self.is_unknown_page = False
        self.set_cookie = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            self.is_unknown_page = self._is_shell(message["status"], headers)
            if self.is_unknown_page:
                return
            self.status = message["status"]
            headers["X-Request-Id"] = self._request_id
            if self.set_cookie:
                headers.append("Set-Cookie", self.set_cookie)
            self._headers.complete(self._path, message["status"], headers)
            message = {**message, "headers": headers.raw}
        if not self.is_unknown_page:
            self.finished = not message.get("more_body", False) and message["type"] != "http.response.start"
            await self._send(message)

    def _is_shell(self, status: int, headers: MutableHeaders) -> bool:
        """HTML of our own brings its policy; what has none comes from the front end's files."""
        is_html = headers.get("content-type", "").startswith("text/html")
        return status == 404 and self._method in _READS and is_html and "content-security-policy" not in headers
