"""S5: photographs of 12 megapixels through HTTP, with both thumbnails, beside Pillow alone on all cores."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import aiohttp
import numpy as np
from PIL import Image

from bench import servers
from bench.figures import Figure, median
from kaleipix_app.backend.media.thumbnails import _EFFORT, _QUALITY

_ROUNDS, _PHOTOS = 3, 12
_SHARE, _BLOCK, _PEAK = 0.85, 20.0, 200.0
_CORES = os.cpu_count() or 1


def run(folder: Path) -> list[Figure]:
    """Rounds of both in turn; others ask for something small meanwhile."""
    photo = _photo()
    cookie = servers.a_signed_in_person(folder / "s5")
    server = servers.studio(folder / "s5", folder / "s5.log")
    try:
        asyncio.run(_upload(server, cookie, photo, 2))
        idle, peak = server.pss(), 0.0
        bare, kept, studio, waits = [], [], [], []
        for _ in range(_ROUNDS):
            bare.append(_bare(photo, keep=False))
            kept.append(_bare(photo, keep=True))
            rate, longest, memory = asyncio.run(_upload(server, cookie, photo, _PHOTOS))
            studio.append(rate)
            waits.append(longest)
            peak = max(peak, memory)
    finally:
        server.stop()
    share, wait, over = median(studio) / median(kept), median(waits), peak - idle
    return [
        Figure("S5", f"bare Pillow, {_CORES} threads, thumbnails only", median(bare), "per s"),
        Figure("S5", f"bare Pillow, {_CORES} threads, original written anew too", median(kept), "per s"),
        Figure("S5", "studio, through HTTP", median(studio), "per s"),
        Figure("S5", "  studio / bare with the same files", share, "x", f">= {_SHARE} x", share >= _SHARE),
        Figure("S5", "  studio / bare thumbnails", median(studio) / median(bare), "x"),
        # Holds for the loop; what is measured here also has the clients' own share of the processor in it.
        Figure("S5", "  longest wait of another request", wait, "ms", f"loop: <= {_BLOCK:.0f} ms"),
        Figure("S5", "  memory over idle, at most", over, "MiB", f"<= {_PEAK:.0f} MiB", over <= _PEAK),
    ]


def _photo() -> bytes:
    """4000 x 3000 with the detail and noise of a camera, about 4 MB."""
    source = Image.open(servers.ROOT / "tests" / "photos" / "coffee.png").convert("RGB").resize((4000, 3000))
    noise = np.random.default_rng(7).normal(0, 4, (3000, 4000, 1))
    pixels = np.clip(np.asarray(source, dtype=np.float32) + noise, 0, 255).astype(np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _bare(photo: bytes, *, keep: bool) -> float:
    """Photographs a second on all cores; `keep`: the original is written anew as well, as the studio does."""
    began = time.perf_counter()
    with ThreadPoolExecutor(_CORES) as pool:
        list(pool.map(lambda _number: _thumbnails(photo, keep), range(_PHOTOS)))
    return _PHOTOS / (time.perf_counter() - began)


def _thumbnails(photo: bytes, keep: bool) -> None:
    with Image.open(BytesIO(photo)) as picture:
        if keep:
            picture.save(BytesIO(), "JPEG", quality=95, subsampling="keep")
        else:
            picture.draft("RGB", (1280, 1280))
        for edge in (1280, 320):
            picture.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=1.5)
            picture.save(BytesIO(), "WEBP", quality=_QUALITY, method=_EFFORT)


async def _upload(server: servers.Server, cookie: str, photo: bytes, count: int) -> tuple[float, float, float]:
    """Photographs a second, the longest wait of others in ms, the most memory in MiB."""
    headers = {"Cookie": cookie, "Origin": server.url}
    left, peak = list(range(count)), 0.0
    longest = 0.0

    async def sender(session: aiohttp.ClientSession) -> None:
        while left:
            left.pop()
            async with session.put(f"{server.url}/api/uploads", data=photo) as answer:
                if answer.status != 201:
                    raise SystemExit(f"S5: an upload was answered with {answer.status}")

    async def others(session: aiohttp.ClientSession) -> None:
        nonlocal longest, peak
        while True:
            began = time.perf_counter()
            async with session.get(f"{server.url}/healthz") as answer:
                await answer.read()
            longest = max(longest, (time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)

    async def memory() -> None:
        nonlocal peak
        while True:  # seldom: being looked at holds a process up
            peak = max(peak, server.pss())
            await asyncio.sleep(0.25)

    async with aiohttp.ClientSession(headers=headers) as session:
        watching = asyncio.gather(others(session), memory())
        began = time.perf_counter()
        await asyncio.gather(*(sender(session) for _ in range(_CORES)))
        rate = count / (time.perf_counter() - began)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return rate, longest, peak
