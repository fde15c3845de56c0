"""S7: a picture behind the access check of its link beside a bare file; the page of a link beside a page in memory.

And the memory of a studio whose link is opened 100,000 times: each time the page and its thumbnail.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench import servers
from bench.figures import Figure, median
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.sharing.terms import Terms
from tests.factories import a_person

_ROUNDS, _REQUESTS, _CLIENTS = 5, 2_000, 8
_FILE, _PAGE = 0.6, 0.5
_VIEWS, _WARM_UP, _GROWTH = 100_000, 50_000, 5.0  # MiB: what the limits remember of a minute, and the allocator


def run(folder: Path) -> list[Figure]:
    """Studio and bare in turn, each alone on its core."""
    data, log = folder / "s7", folder / "s7.log"
    servers.a_signed_in_person(data)
    token, image, thumb = asyncio.run(_share(data))
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.bare:app", "--port"]
    # Each request comes from another network: the limit is for one.
    studio = servers.studio(data, log, KALEIPIX_TRUSTED_PROXIES="127.0.0.1,::1")
    bare = servers.start(lambda port: [*granian, str(port)], log, BARE_FILE=str(thumb))
    asked = {
        "bare file": (bare, "/file"),
        "picture of a link": (studio, f"/s/{token}/{image}/thumb"),
        "bare page": (bare, "/page"),
        "page of a link": (studio, f"/s/{token}"),
    }
    rates: dict[str, list[float]] = {name: [] for name in asked}
    try:
        for _ in range(_ROUNDS):
            for name, (server, path) in asked.items():
                rates[name].append(asyncio.run(_rate(server, path)))
        grown = _grown(studio, (f"/s/{token}", f"/s/{token}/{image}/thumb"))
    finally:
        studio.stop()
        bare.stop()
    middle = {name: median(found) for name, found in rates.items()}
    file, page = middle["picture of a link"] / middle["bare file"], middle["page of a link"] / middle["bare page"]
    return [
        *(Figure("S7", name, rate, "per s") for name, rate in middle.items()),
        Figure("S7", "  picture of a link / bare file", file, "x", f">= {_FILE} x", file >= _FILE),
        Figure("S7", "  page of a link / bare page", page, "x", f">= {_PAGE} x", page >= _PAGE),
        Figure("S7", f"  memory over {_VIEWS:,} views", grown, "MiB", f"<= {_GROWTH:.0f} MiB", grown <= _GROWTH),
    ]


def _grown(server: servers.Server, paths: tuple[str, ...]) -> float:
    """MiB that all processes together hold more after the views, counted from the end of a warm-up."""

    def look(views: int) -> float:
        for path in paths:
            asyncio.run(_rate(server, path, views))
        return server.pss()

    before = look(_WARM_UP)
    return look(_VIEWS) - before


async def _share(data: Path) -> tuple[str, str, Path]:
    """Token, id of the picture, and the file of its thumbnail."""
    parts = Container(Settings(data_dir=data))
    photo = (servers.ROOT / "tests" / "photos" / "coffee.png").read_bytes()
    async with parts.db.unit_of_work() as uow:
        viewer = await a_person(uow, "sharer", parts.clock.now())
    picture = await parts.images.keep_source(parts.db, viewer.user_id, photo)
    async with parts.db.unit_of_work() as uow:
        link = await parts.sharing.links.create(uow, viewer, [picture.id], Terms())
    parts.ingest.close()
    await parts.db.close()
    return link.address.rpartition("/")[2], picture.id, parts.settings.media_dir / picture.key("thumb")


async def _rate(server: servers.Server, path: str, requests: int = _REQUESTS) -> float:
    """Answers a second, over connections that are kept."""
    began = time.perf_counter()
    await asyncio.gather(*(_client(server, path, number, requests) for number in range(_CLIENTS)))
    return requests / (time.perf_counter() - began)


async def _client(server: servers.Server, path: str, number: int, requests: int) -> None:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
    for count in range(requests // _CLIENTS):
        network = f"{100 + number}.{count // 250 % 10}.{count % 250}.1"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nX-Forwarded-For: {network}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"S7: {path} was answered with {head[:20]!r}")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
    writer.close()
