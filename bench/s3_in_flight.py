"""S3: a thousand generations at an emulated provider at once, and how quickly others are answered meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import socketio
from pydantic import SecretStr

from bench import servers
from bench.figures import Figure, median, p95
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.settings import Settings
from kaleipix_app.state.composer import Composer
from tests.factories import a_person

_JOBS, _PEOPLE = 1000, 250  # nobody has more than four at work
_SECONDS = 20.0  # that the provider takes for each: longer than it takes to hand all of them over
_EDGE = 64  # pixels of a result: S5 and S10 tell what pixels cost, this one what everything else does
_LATE, _WAIT, _MEMORY = 5.0, 50.0, 0.2  # budgets: seconds, milliseconds, MiB a generation


async def _queue(data: Path, url: str) -> None:
    """A thousand orders of many people, waiting for a studio to start."""
    environment: dict[str, Any] = {"fal_queue_url": url, "fal_rest_url": url, "fal_cdn_url": url}
    settings = Settings(data_dir=data, fal_key=SecretStr("an-id:a-secret"), **environment)
    parts = Container(settings)
    await upgrade(settings.database_url)
    async with parts.db.unit_of_work() as uow:
        for number in range(_PEOPLE):
            person = await a_person(uow, f"person{number}", parts.clock.now())
            await parts.transfers.acknowledge(uow, person, "fal")
            for turn in range(_JOBS // _PEOPLE):
                await parts.generations.request(uow, person, Draft("flux-schnell", f"{number}-{turn}", "1:1"))
    await parts.db.close()


async def _pings(url: str, cookie: str, done: asyncio.Event) -> list[float]:
    """Milliseconds from an event of somebody else to its answer, over and over."""
    client = socketio.AsyncClient(reconnection=False)
    times: list[float] = []
    answered = asyncio.Event()
    client.on("event", lambda *_: answered.set(), namespace="/_event")
    await client.connect(
        f"{url}/?token={uuid.uuid4()}",
        headers={"Cookie": cookie, "Origin": url},
        transports=["websocket"],
        socketio_path="_event",
        namespaces=["/_event"],
    )
    router = {"pathname": "/w/bench", "asPath": "/w/bench", "query": {}}
    while not done.is_set():
        count = 1 + len(times) % 2
        event = {
            "name": f"{Composer.get_full_name()}.set_count",
            "payload": {"value": 2 - count % 2},
            "router_data": router,
        }
        answered.clear()
        began = time.perf_counter()
        await client.emit("event", event, namespace="/_event")
        async with asyncio.timeout(60):
            await answered.wait()
        times.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.1)
    await client.disconnect()
    return times


async def _watch(database: Path, server: servers.Server, cookie: str) -> tuple[float, float, list[float], float]:
    """Seconds until the last picture; generations that failed; pings in milliseconds; peak memory in MiB."""
    done, peak, began = asyncio.Event(), 0.0, time.perf_counter()
    pings = asyncio.create_task(_pings(server.url, cookie, done))
    books = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    while books.execute("SELECT count(*) FROM generation WHERE state NOT IN ('done', 'failed')").fetchone()[0]:
        await asyncio.sleep(0.5)
        peak = max(peak, await asyncio.to_thread(server.pss))
        if time.perf_counter() - began > 600:
            raise SystemExit("S3: it does not end")
    done.set()
    wall = time.perf_counter() - began
    (failed,) = books.execute("SELECT count(*) FROM generation WHERE state != 'done'").fetchone()
    books.close()
    return wall, failed, await pings, peak


def run(folder: Path) -> list[Figure]:
    """The studio beside an emulated provider that takes its time."""
    data, log = folder / "s3", folder / "s3.log"
    emulator = servers.start(
        lambda port: [
            sys.executable,
            "-m",
            "tests.emulators.fal",
            "--port",
            str(port),
            "--running",
            str(_SECONDS),
            "--prepared",
            str(_EDGE),
        ],
        log,
        "/_emulator/requests",
    )
    url = emulator.url.replace("localhost", "127.0.0.1")
    addresses = {f"KALEIPIX_FAL_{name}_URL": url for name in ("QUEUE", "REST", "CDN")}
    try:
        cookie = servers.a_signed_in_person(data)
        idle = servers.studio(data, log)
        before = idle.pss()
        idle.stop()
        asyncio.run(_queue(data, url))
        server = servers.studio(data, log, FAL_KEY="an-id:a-secret", **addresses)
        try:
            wall, failed, pings, peak = asyncio.run(_watch(data / "kaleipix.db", server, cookie))
        finally:
            server.stop()
    finally:
        emulator.stop()
    late, each = wall - _SECONDS, (peak - before) / _JOBS
    return [
        Figure("S3", f"{_JOBS} in flight, not finished", failed, "", "<= 0", failed == 0),
        Figure("S3", "wall less provider time", late, "s", f"<= {_LATE:.0f} s", late <= _LATE),
        Figure("S3", "others' events, median", median(pings), "ms"),
        Figure("S3", "others' events, p95", p95(pings), "ms", f"<= {_WAIT:.0f} ms", p95(pings) <= _WAIT),
        Figure("S3", "memory a generation", each, "MiB", f"<= {_MEMORY} MiB", each <= _MEMORY),
    ]
