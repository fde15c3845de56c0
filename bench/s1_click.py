"""S1: from the click (over the real connection) until the provider has the request."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from bench import servers
from bench.figures import Figure, median, p95
from kaleipix_app.state.composer import Composer

GRADIO = servers.ROOT / ".venv-bench" / "bin" / "python"
_ROUNDS, _CLICKS, _WARM = 5, 12, 5
_PAUSE = 0.25  # seconds between clicks: the picture is stored and shown meanwhile
_BUDGET = 0.35

Click = Callable[[str], Awaitable[None]]


class Provider:
    """Where the orders arrive, with the moment at which they did."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)

    async def milliseconds(self, click: Click) -> float:
        """From just before this click until its order came."""
        prompt = uuid.uuid4().hex
        began = time.monotonic_ns()
        await click(prompt)
        async with asyncio.timeout(10):
            while True:
                got, moment = json.loads(await asyncio.get_running_loop().sock_recv(self._socket, 4096))
                if got == prompt:
                    return float(moment - began) / 1e6


async def _studio_click(stack: AsyncExitStack, url: str, cookie: str) -> Click:
    client = socketio.AsyncClient(reconnection=False)
    await client.connect(
        f"{url}/?token={uuid.uuid4()}",
        headers={"Cookie": cookie, "Origin": url},
        transports=["websocket"],
        socketio_path="_event",
        namespaces=["/_event"],
    )
    stack.push_async_callback(client.disconnect)
    name = f"{Composer.get_full_name()}.generate"

    async def click(prompt: str) -> None:
        router = {"pathname": "/w/bench", "asPath": "/w/bench", "query": {}}
        event = {"name": name, "payload": {"form": {"prompt": prompt}}, "router_data": router}
        await client.emit("event", event, namespace="/_event")

    return click


async def _bare_click(stack: AsyncExitStack, url: str) -> Click:
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return (await session.ws_connect(f"{url}/click")).send_str


async def _gradio_click(stack: AsyncExitStack, url: str) -> Click:
    session = await stack.enter_async_context(aiohttp.ClientSession())
    async with session.get(f"{url}/config") as answer:
        config: dict[str, Any] = await answer.json()
    (function,) = [one["id"] for one in config["dependencies"] if one["api_name"] == "generate"]

    async def click(prompt: str) -> None:
        body = {"fn_index": function, "data": [prompt], "session_hash": uuid.uuid4().hex, "event_data": None}
        async with session.post(f"{url}{config['api_prefix']}/queue/join", json=body) as answer:
            answer.raise_for_status()

    return click


async def _measure(provider: Provider, urls: dict[str, str], cookie: str) -> dict[str, list[list[float]]]:
    """Name -> rounds -> milliseconds; the rounds of all are interleaved."""
    found: dict[str, list[list[float]]] = {name: [] for name in urls}
    async with AsyncExitStack() as stack:
        clicks = {"studio": await _studio_click(stack, urls["studio"], cookie)}
        clicks["bare"] = await _bare_click(stack, urls["bare"])
        if "gradio" in urls:
            clicks["gradio"] = await _gradio_click(stack, urls["gradio"])
        for number in range(_ROUNDS + 1):
            for name, click in clicks.items():
                times = []
                for _ in range(_CLICKS if number else _WARM):
                    times.append(await provider.milliseconds(click))
                    await asyncio.sleep(_PAUSE)
                if number:
                    found[name].append(times)
    return found


def run(folder: Path) -> list[Figure]:
    """Studio, bare and, where it is installed, Gradio, side by side."""
    data, log = folder / "s1", folder / "s1.log"
    cookie = servers.a_signed_in_person(data)
    provider = Provider(folder / "provider.sock")
    environment = {"BENCH_SOCKET": provider.path, "BARE_DB": str(folder / "bare.db")}
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.bare:app", "--port"]
    running = {
        "studio": servers.studio(data, log, "bench.instant", **environment),
        "bare": servers.start(lambda port: [*granian, str(port)], log, **environment),
    }
    if GRADIO.exists():
        running["gradio"] = servers.start(lambda _port: [str(GRADIO), "-m", "bench.gradio_app"], log, **environment)
    try:
        urls = {name: server.url.replace("localhost", "127.0.0.1") for name, server in running.items()}
        urls["studio"] = running["studio"].url
        found = asyncio.run(_measure(provider, urls, cookie))
    finally:
        for server in running.values():
            server.stop()
    _check_books(data, sum(map(len, found["studio"])))
    return _figures(found)


def _check_books(data: Path, clicks: int) -> None:
    database = sqlite3.connect(data / "kaleipix.db")
    for count in (
        "SELECT count(*) FROM ledger_entry WHERE key LIKE 'reserve:%'",
        "SELECT count(*) FROM generation_log",
    ):
        if database.execute(count).fetchone()[0] != clicks + _WARM:
            raise SystemExit("S1: not every click is in the books")
    database.close()


def _figures(found: dict[str, list[list[float]]]) -> list[Figure]:
    middle = {name: median([median(times) for times in rounds]) for name, rounds in found.items()}
    figures = [Figure("S1", f"click -> provider has the request, {name}", middle[name], "ms") for name in middle]
    figures.append(Figure("S1", "  p95, studio", p95([ms for times in found["studio"] for ms in times]), "ms"))
    figures.append(Figure("S1", "  studio / bare", middle["studio"] / middle["bare"], "x"))
    if "gradio" in middle:
        ratio = middle["studio"] / middle["gradio"]
        figures.append(Figure("S1", "  studio / Gradio", ratio, "x", f"<= {_BUDGET} x", ratio <= _BUDGET))
    return figures
