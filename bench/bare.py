"""The yardstick "bare": the least program that does the same job with the same libraries (Starlette on granian)."""

from __future__ import annotations

import asyncio
import io
import os
import sqlite3
from pathlib import Path

import aiohttp
from PIL import Image
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
    """Reserve, write the row and the log durably, order, follow, fetch, store, show."""
    await browser.accept()
    database = _database()
    try:
        async with aiohttp.ClientSession(headers={"Authorization": "Key an-id:a-secret"}) as session:
            while True:
                prompt = await browser.receive_text()
                _reserve(database, prompt)
                picture = await _picture(session, prompt)
                await asyncio.to_thread(_store, picture, prompt)
                await browser.send_text(f"/kept/{prompt}.webp")
    except WebSocketDisconnect:
        database.close()


def _reserve(database: sqlite3.Connection, prompt: str) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.execute("SELECT coalesce(sum(amount), 0) FROM ledger WHERE id = ?", ("ann",)).fetchone()
    database.execute("INSERT INTO ledger VALUES (?, -1)", (prompt,))
    database.execute("INSERT INTO generation VALUES (?, ?)", (prompt, prompt))
    database.execute("INSERT INTO log VALUES (?, ?)", (prompt, prompt))
    database.execute("COMMIT")


async def _picture(session: aiohttp.ClientSession, prompt: str) -> bytes:
    """What the provider makes of it; its status stream is followed to the end."""
    body = {"prompt": prompt, "output_format": "png", "image_size": "square_hd"}
    async with session.post(f"{os.environ['BENCH_FAL']}/fal-ai/flux/schnell", json=body) as answer:
        order = await answer.json()
    async with session.get(f"{order['status_url']}/stream") as stream:
        async for line in stream.content:
            if b"COMPLETED" in line:
                break
    async with session.get(order["response_url"]) as answer:
        result = await answer.json()
    async with session.get(result["images"][0]["url"]) as answer:
        return await answer.read()


def _store(data: bytes, name: str) -> None:
    """Original and 320 px thumbnail."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    folder = Path(os.environ["BARE_FOLDER"])
    (folder / f"{name}.png").write_bytes(data)
    picture.thumbnail((320, 320))
    picture.save(folder / f"{name}.webp", quality=80, method=2)


async def kept(request: Request) -> Response:
    """One of its thumbnails."""
    return FileResponse(Path(os.environ["BARE_FOLDER"]) / request.path_params["name"], media_type="image/webp")


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
    """A field and a button, whose click is sent over a WebSocket; the picture comes back."""
    return HTMLResponse(_STUDIO)


_STUDIO = """<!doctype html><title>Bare</title><label>Prompt <input id=prompt></label><button id=go>Generate</button>
<img id=out><script>const line = new WebSocket(`ws://${location.host}/click`);
line.onmessage = (event) => { out.src = event.data; };
go.onclick = () => line.send(document.getElementById("prompt").value)</script>"""
_PAGE = b"<!doctype html><title>A page</title>" + b"<p>A line of it.</p>" * 200
app = Starlette(
    routes=[
        Route("/file", file),
        Route("/page", page),
        Route("/studio", studio),
        Route("/kept/{name}", kept),
        Route("/", hello),
        WebSocketRoute("/click", click),
    ]
)
