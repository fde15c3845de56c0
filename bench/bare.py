"""The yardstick "bare": the least program that does the same job with the same libraries (Starlette on granian)."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from json import dumps

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

_TABLES = ("ledger (id TEXT, amount INT)", "generation (id TEXT, prompt TEXT)", "log (id TEXT, prompt TEXT)")


def _database() -> sqlite3.Connection:
    database = sqlite3.connect(os.environ.get("BARE_DB", ":memory:"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        database.execute(f"PRAGMA {pragma}")
    for table in _TABLES:
        database.execute(f"CREATE TABLE IF NOT EXISTS {table}")
    return database


async def click(browser: WebSocket) -> None:
    """Reserve, write the row and the log durably, and hand the order to the provider."""
    await browser.accept()
    database, provider = _database(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        while True:
            prompt = await browser.receive_text()
            database.execute("BEGIN IMMEDIATE")
            database.execute("SELECT coalesce(sum(amount), 0) FROM ledger WHERE id = ?", ("ann",)).fetchone()
            database.execute("INSERT INTO ledger VALUES (?, -1)", (prompt,))
            database.execute("INSERT INTO generation VALUES (?, ?)", (prompt, prompt))
            database.execute("INSERT INTO log VALUES (?, ?)", (prompt, prompt))
            database.execute("COMMIT")
            provider.sendto(dumps([prompt, time.time_ns()]).encode(), os.environ["BENCH_SOCKET"])
            await browser.send_text("done")
    except WebSocketDisconnect:
        database.close()


async def hello(_request: Request) -> Response:
    """Something to answer with."""
    return PlainTextResponse("hello")


async def file(_request: Request) -> Response:
    """A picture from disk."""
    return FileResponse(os.environ["BARE_FILE"], media_type="image/webp")


async def page(_request: Request) -> Response:
    """A page from memory, as long as one of a link."""
    return HTMLResponse(_PAGE)


async def studio(_request: Request) -> Response:
    """A field and a button, whose click is sent over a WebSocket."""
    return HTMLResponse(_STUDIO)


_STUDIO = """<!doctype html><title>Bare</title><label>Prompt <input id=prompt></label><button id=go>Generate</button>
<script>const line = new WebSocket(`ws://${location.host}/click`);
go.onclick = () => line.send(document.getElementById("prompt").value)</script>"""
_PAGE = b"<!doctype html><title>A page</title>" + b"<p>A line of it.</p>" * 200
app = Starlette(
    routes=[
        Route("/file", file),
        Route("/page", page),
        Route("/studio", studio),
        Route("/", hello),
        WebSocketRoute("/click", click),
    ]
)
