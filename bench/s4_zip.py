"""S4: a library of 10,000 pictures as one ZIP through HTTP, and how far the server's memory rises meanwhile."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from sqlalchemy import text

from bench import servers
from bench.figures import Figure
from kaleipix_app.backend import tokens
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings

_PICTURES = 10_000
_MOST = 32.0  # MiB over idle: a few pictures, not thousands
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_GENERATION = (
    "INSERT INTO generation (id, owner_id, request_id, model, provider, prompt, aspect_ratio, width, height, count,"
    " seed, params, price, state, delivered, attempts, fence, created_at) VALUES (:id, :owner, '', 'kaleidoscope',"
    " 'builtin', 'one of many', '1:1', 1024, 1024, 1, 1, '{}', 1, 'done', 1, 1, 1, :at)"
)
_IMAGE = (
    "INSERT INTO image (id, owner_id, kind, generation_id, position, content_type, width, height, byte_size,"
    " storage_key, created_at, is_favourite)"
    " VALUES (:image, :owner, 'result', :id, 0, 'image/png', 1024, 1024, :size, :key, :at, false)"
)


def run(folder: Path) -> list[Figure]:
    """All pictures are hard links to one file of about 0.4 MB: the disk of a laptop holds them."""
    data = folder / "s4-zip"
    cookie = servers.a_signed_in_person(data)
    asyncio.run(_fill(data))
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.zip_app:app", "--port"]
    server = servers.start(
        lambda port: [*granian, str(port)], folder / "s4-zip.log", "/healthz", KALEIPIX_DATA_DIR=str(data)
    )
    try:
        return _measure(server, cookie)
    finally:
        server.stop()


def _measure(server: servers.Server, cookie: str) -> list[Figure]:
    headers, peak, running = {"cookie": cookie}, [0.0], True
    idle = server.pss()

    def watch() -> None:
        while running:
            peak[0] = max(peak[0], server.pss())
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, size = time.perf_counter(), 0
    with httpx.stream("GET", f"{server.url}/api/library.zip?selection=all", headers=headers, timeout=600) as answer:
        answer.raise_for_status()
        for chunk in answer.iter_bytes(1 << 20):
            size += len(chunk)
    seconds, running = time.perf_counter() - began, False
    watcher.join()
    risen = peak[0] - idle
    return [
        Figure("S4", f"ZIP of {_PICTURES:,} pictures", size / 2**20, "MiB"),
        Figure("S4", "the same: time", seconds, "s"),
        Figure("S4", "the same: throughput", size / 2**20 / seconds, "MiB/s"),
        Figure("S4", "the same: memory over idle at its highest", risen, "MiB", f"<= {_MOST:.0f} MiB", risen <= _MOST),
    ]


async def _fill(data: Path) -> None:
    parts = Container(Settings(data_dir=data))
    picture = Image.effect_noise((1024, 1024), 60).convert("L").quantize(8)
    file = BytesIO()
    picture.save(file, "PNG")
    rows = []
    for number in range(_PICTURES):
        at = _BEGAN + timedelta(minutes=number)
        id = tokens.first_id(at)
        rows.append({"id": id, "image": f"{id}0", "key": f"results/{id}/0", "at": at, "size": len(file.getvalue())})
    one = data / "one.png"
    one.write_bytes(file.getvalue())
    for row in rows:
        folder = data / "media" / str(row["key"])
        folder.mkdir(parents=True)
        (folder / "original").hardlink_to(one)
    async with parts.db.engine.begin() as connection:
        owner = (await connection.execute(text('SELECT id FROM "user"'))).scalar_one()
        owned = [{**row, "owner": owner} for row in rows]
        for statement in (_GENERATION, _IMAGE):
            await connection.execute(text(statement), owned)
    await parts.db.close()
