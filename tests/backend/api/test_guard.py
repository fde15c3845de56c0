"""What the outermost layer lets through, refuses and adds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from kaleipix_app.backend.api import sockets
from kaleipix_app.backend.api.guard import Guard
from kaleipix_app.backend.api.plain_pages import not_found, page
from kaleipix_app.backend.api.workspace import Pass
from kaleipix_app.backend.settings import Settings

INLINE = "window.hello = 1"
HASH = "'sha256-d3leBnRuxKWRHdZl3gzZeidqC50pFOMi1jLK1bqO7c8='"
HOME = "https://studio.example"


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build with one page, and shells as Reflex leaves them."""
    folder = tmp_path / "build" / "client"
    (folder / "assets").mkdir(parents=True)
    (folder / "login").mkdir()
    html = f"<!doctype html><script src='/a.js'></script><script>{INLINE}</script>"
    for name in ("index", "login", "login/index", "404", "__spa-fallback"):
        (folder / f"{name}.html").write_text(html)
    (folder / "assets" / "app-1a2b.js").write_text("1")
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    return folder


async def _body(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


async def _broken(_request: Request) -> Response:
    raise RuntimeError("canary-secret")


async def _shell(_request: Request) -> Response:
    return HTMLResponse("the empty shell of the build", status_code=404)


async def _talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.receive_text()


def _app(built: Path) -> Starlette:
    def answers(response: Callable[[], Response]) -> Any:
        async def handler(_request: Request) -> Response:
            return response()

        return handler

    return Starlette(
        routes=[
            Route("/", answers(lambda: HTMLResponse("home"))),
            Route("/login", answers(lambda: PlainTextResponse("a hop to /login/"))),
            Route("/login/", answers(lambda: HTMLResponse("sign in"))),
            Route("/api/thing", _body, methods=["GET", "POST", "PUT"]),
            Route("/api/uploads", _body, methods=["PUT"]),
            Route("/api/broken", _broken, methods=["POST"]),
            Route("/webhooks/fal", _body, methods=["POST"]),
            Route("/media/1/thumb", answers(lambda: Response(b"", headers={"Cache-Control": "private, max-age=60"}))),
            Route("/assets/app-1a2b.js", answers(lambda: FileResponse(built / "assets" / "app-1a2b.js"))),
            Route("/theme.css", answers(lambda: Response("", media_type="text/css"))),
            Route("/s/gone", answers(lambda: page("not_found.html", status=404))),
            WebSocketRoute("/_event", _talk),
            Route("/{rest:path}", _shell),
        ]
    )


async def _open_gate(_connection: HTTPConnection) -> Response | Pass:
    return Pass()


@pytest.fixture
def guard(built: Path) -> Guard:
    return Guard(_app(built), Settings(public_url=HOME), _open_gate)


@pytest.fixture
async def client(guard: Guard) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(guard)
    async with httpx.AsyncClient(transport=transport, base_url="http://anything") as client:
        yield client


async def test_every_answer_carries_the_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/thing", "/nothing", "/assets/app-1a2b.js"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "camera=()" in headers["permissions-policy"]
        assert headers["x-request-id"]


async def test_no_hsts_on_plain_http(built: Path) -> None:
    transport = httpx.ASGITransport(Guard(_app(built), Settings(), _open_gate))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        assert "strict-transport-security" not in (await client.get("/")).headers


async def test_pages_may_run_only_the_scripts_of_the_build(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == parts["base-uri"] == parts["frame-ancestors"] == "'none'"
    assert parts["script-src"] == f"'self' {HASH}"
    assert parts["style-src"] == "'self' 'unsafe-inline'"
    assert parts["connect-src"] == "'self' wss://studio.example"
    assert "unsafe-eval" not in policy


async def test_data_and_plain_pages_may_run_nothing(client: httpx.AsyncClient) -> None:
    assert "script-src" not in (data := (await client.get("/api/thing")).headers["content-security-policy"])
    assert "script-src" not in (plain := (await client.get("/nothing")).headers["content-security-policy"])
    assert "default-src 'none'" in data
    assert "style-src 'self';" in plain


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "no-store"),
        ("/api/thing", "no-store"),
        ("/nothing", "no-store"),
        ("/assets/app-1a2b.js", "public, max-age=31536000, immutable"),
        ("/assets/gone.js", "no-store"),
        ("/theme.css", "no-cache"),
        ("/media/1/thumb", "private, max-age=60"),
    ],
)
async def test_caching(client: httpx.AsyncClient, path: str, expected: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://studio.example.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": HOME}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_unsafe_requests_come_from_our_pages(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    for method in ("POST", "PUT"):
        assert (await client.request(method, "/api/thing", headers=headers)).status_code == status
    assert (await client.post("/webhooks/fal", headers=headers)).status_code == 200


async def _stream(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b"x" * 1024


async def test_bodies_are_limited_with_and_without_a_length(client: httpx.AsyncClient) -> None:
    ours = {"Origin": HOME}
    for large in (b"x" * 65537, _stream(80 * 1024)):
        answer = await client.post("/api/thing", content=large, headers=ours)
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    for small in (b"x" * 65536, _stream(64 * 1024)):
        assert (await client.post("/api/thing", content=small, headers=ours)).json() == {"bytes": 65536}
    assert (await client.post("/api/thing", headers={**ours, "Content-Length": "-1"})).status_code == 413
    for large in (b"x" * 100_000, _stream(100 * 1024)):
        assert (await client.put("/api/uploads", content=large, headers=ours)).status_code == 200


async def test_an_unknown_page_is_the_plain_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.content == not_found().body
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "<script" not in answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (await client.head("/nothing/here")).status_code == 404
    assert (await client.get("/s/gone")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/login.html",
        "/index.HTML",
        "/login.html.gz",
        "//login",
        "/%6Cogin",
        "/w/../login",
        "/w/%2e%2e/login",
        "/w%2Fann",
        "/a\\b",
        "/%00",
        "/./login",
        "/login/.",
    ],
)
async def test_another_spelling_of_an_address_opens_nothing(guard: Guard, path: str) -> None:
    status, body = await _get_raw(guard, path)
    assert (status, body) == (404, not_found().body)


async def _get_raw(guard: Guard, raw: str) -> tuple[int, bytes]:
    """As a server hands it over; HTTP clients would tidy the path up."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": unquote(raw), "raw_path": raw.encode(), "query_string": b""}
    await guard({**scope, "headers": [], "scheme": "http"}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_a_page_is_answered_without_a_hop(client: httpx.AsyncClient) -> None:
    answer = await client.get("/login?next=/w/ann")
    assert (answer.status_code, answer.text) == (200, "sign in")


async def test_the_gate_answers_before_the_app(built: Path) -> None:
    async def closed(_connection: HTTPConnection) -> Response | Pass:
        return PlainTextResponse("closed", status_code=303)

    transport = httpx.ASGITransport(Guard(_app(built), Settings(public_url=HOME), closed))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/w/ann")).text == "closed"


@pytest.mark.parametrize(("path", "asked"), [("/account.html", True), ("/account/", True), ("/account%2Ehtml", False)])
async def test_of_the_account_page_other_plain_spellings_are_sent_on_by_the_gate(
    built: Path, path: str, asked: bool
) -> None:
    async def closed(_connection: HTTPConnection) -> Response | Pass:
        return PlainTextResponse("closed", status_code=303)

    status, _ = await _get_raw(Guard(_app(built), Settings(public_url=HOME), closed), path)
    assert status == (303 if asked else 404)


async def test_the_gate_may_add_a_cookie_to_a_page_that_it_lets_through(built: Path) -> None:
    async def passing(_connection: HTTPConnection) -> Response | Pass:
        return Pass("session=next; HttpOnly")

    transport = httpx.ASGITransport(Guard(_app(built), Settings(public_url=HOME), passing))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        page = await client.get("/login")
        assert (page.text, page.headers["set-cookie"]) == ("sign in", "session=next; HttpOnly")
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in (await client.post("/api/thing", headers={"Origin": HOME})).headers


async def test_a_bug_is_answered_with_a_reference(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/broken", headers={"Origin": HOME})
    assert answer.status_code == 500
    assert "canary" not in answer.text


async def test_one_line_per_request_without_what_people_typed(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await client.get("/w/ann-canary?q=canary", headers={"User-Agent": "canary", "Cookie": "canary=canary"})
        await client.get("/canary@example.com")
        await client.get("/assets/app-1a2b.js")
    assert [(line["route"], line["status"]) for line in lines] == [("/w", 404), ("/…", 404)]
    assert "canary" not in json.dumps(lines)


@asynccontextmanager
async def _connection(guard: Guard, origin: str | None = HOME, host: str = "192.0.2.1") -> AsyncIterator[bool]:
    """A live connection as a server hands it over; the value says whether it was accepted."""
    to_app: asyncio.Queue[Any] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    headers = [(b"origin", origin.encode())] if origin is not None else []
    scope = {"type": "websocket", "path": "/_event", "headers": headers, "query_string": b"", "scheme": "ws"}
    task = asyncio.create_task(guard({**scope, "client": (host, 1)}, to_app.get, from_app.put))
    to_app.put_nowait({"type": "websocket.connect"})
    yield (await from_app.get())["type"] == "websocket.accept"
    to_app.put_nowait({"type": "websocket.receive", "text": "bye"})
    await task


@pytest.mark.parametrize(
    ("origin", "accepted"), [(HOME, True), (None, False), ("https://evil.example", False), ("null", False), ("", False)]
)
async def test_only_our_pages_open_a_live_connection(guard: Guard, origin: str | None, accepted: bool) -> None:
    async with _connection(guard, origin) as opened:
        assert opened is accepted


async def test_a_network_has_a_limited_number_of_live_connections(
    guard: Guard, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PER_NETWORK", 2)
    async with _connection(guard) as first, _connection(guard, host="192.0.2.9") as second:
        assert first
        assert second
        async with _connection(guard, host="192.0.2.77") as third:
            assert not third
        async with _connection(guard, host="198.51.100.1") as stranger:
            assert stranger
    async with _connection(guard) as again:  # closed ones make room
        assert again


async def test_a_studio_for_this_machine_alone_has_no_strangers(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PER_NETWORK", 0)
    guard = Guard(_app(built), Settings(), _open_gate)
    async with _connection(guard, "http://127.0.0.1:3000", host="127.0.0.1") as opened:
        assert opened
