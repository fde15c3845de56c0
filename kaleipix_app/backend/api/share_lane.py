"""A link that many open at once: its page and thumbnails, answered before the whole house is asked.

The same decision, limits, headers, log line and counts as on the long way (`shares.py` behind `guard.py`), which takes
everything that is out of the ordinary: refusals, passcodes to ask for, bytes that are not in memory yet.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from functools import cached_property

import structlog
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kaleipix_app.backend import log, metrics
from kaleipix_app.backend.abuse.limits import SHARE_VIEWS_PER_NETWORK, Limiter
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.api.headers import Headers
from kaleipix_app.backend.api.plain_pages import sent
from kaleipix_app.backend.api.shares import CACHING, PAGE_ROUTE, PICTURE_ROUTE, page_bytes
from kaleipix_app.backend.errors import NotFound, TooMany
from kaleipix_app.backend.media import thumbnails
from kaleipix_app.backend.sharing.access import Use
from kaleipix_app.backend.sharing.service import Sharing

# A result's id is its generation's with its position behind it.
_ADDRESS = re.compile(r"/s/([0-9a-f]{40})(?:/([0-9a-z]{26,27})/thumb)?")
_BODY_OR_CONDITION = frozenset({b"content-length", b"transfer-encoding", b"if-none-match"})

Raw = list[tuple[bytes, bytes]]
_Answer = tuple[str, Sequence[tuple[bytes, bytes]], bytes]  # route, headers, body


class ShareLane:
    """The outermost layer of a studio that is served."""

    def __init__(
        self, app: ASGIApp, sharing: Sharing, limiter: Limiter, networks: Networks, cookies: Cookies, headers: Headers
    ) -> None:
        self._app = app
        self._sharing = sharing
        self._limiter = limiter
        self._networks = networks
        self._cookies = cookies
        self._page = _completed(headers, sent(b""))
        gzipped = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self._gzipped = [*self._page, *((name.lower().encode(), value.encode()) for name, value in gzipped.items())]
        self._thumb = _completed(headers, Response(media_type=thumbnails.CONTENT_TYPE, headers=CACHING))
        self._counts = {route: metrics.requests.labels(route, "2xx") for route in (PAGE_ROUTE, PICTURE_ROUTE)}

    @cached_property
    def _log(self) -> structlog.typing.FilteringBoundLogger:
        """Put together once, when the first line is written: the settings of the log hold by then."""
        return log.get("http").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        began = time.perf_counter()
        answer = self._answer(scope) if scope["type"] == "http" and scope["path"].startswith("/s/") else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        route, headers, body = answer
        request_id = secrets.token_hex(6)
        own = (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, *own]})
        await send({"type": "http.response.body", "body": body})
        self._counts[route].inc()
        took = round((time.perf_counter() - began) * 1000)
        self._log.info("request", method="GET", route="/s", status=200, ms=took, request_id=request_id)

    def _answer(self, scope: Scope) -> _Answer | None:
        """None: the long way."""
        path = scope["path"]
        found = _ADDRESS.fullmatch(path)
        if found is None or scope["method"] != "GET" or scope["query_string"] or scope["raw_path"] != path.encode():
            return None
        given: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            given[name] = given[name] + b"," + value if name == b"x-forwarded-for" and name in given else value
        if not _BODY_OR_CONDITION.isdisjoint(given):
            return None
        token, image_id = found.groups()
        cookie = given.get(b"cookie")  # none, as a rule
        proof = self._cookies.read(cookie.decode("latin-1"), self._cookies.share) if cookie else ""
        try:
            return self._thumbnail(token, image_id, proof) if image_id else self._opened(token, proof, scope, given)
        except (NotFound, TooMany):
            return None

    def _thumbnail(self, token: str, image_id: str, proof: str) -> _Answer | None:
        shown = self._sharing.access.at_once(token, Use.THUMB, proof, image_id)
        if shown is None or "thumb" not in shown.memo:
            return None
        return PICTURE_ROUTE, [*self._thumb, (b"etag", f'"{image_id}.thumb"'.encode())], shown.memo["thumb"]

    def _opened(self, token: str, proof: str, scope: Scope, given: dict[bytes, bytes]) -> _Answer | None:
        shown = self._sharing.access.at_once(token, Use.PAGE, proof)
        if shown is None or "page" not in shown.memo:
            return None
        peer = scope["client"][0] if scope.get("client") else None
        network = self._networks.of(peer, given.get(b"x-forwarded-for", b"").decode("latin-1"))
        self._limiter.take(SHARE_VIEWS_PER_NETWORK, network)
        self._sharing.views.count(shown.share_id)
        body, is_gzipped = page_bytes(shown.memo, given.get(b"accept-encoding", b"").decode("latin-1"))
        return PAGE_ROUTE, self._gzipped if is_gzipped else self._page, body


def _completed(headers: Headers, answer: Response) -> Raw:
    """What the guard makes of this answer's headers, without those that differ from one to the next."""
    raw = MutableHeaders(raw=[pair for pair in answer.raw_headers if pair[0] != b"content-length"])
    headers.complete("/s", 200, raw)
    return raw.raw
