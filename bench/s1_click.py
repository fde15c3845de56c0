"""S1: from the click in a real browser until the provider has the request."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import sys
import uuid
from pathlib import Path

from playwright.async_api import BrowserContext, Page, async_playwright

from bench import servers
from bench.figures import Figure, median, p95

GRADIO = servers.ROOT / ".venv-bench" / "bin" / "python"
_ROUNDS, _CLICKS, _WARM = 5, 12, 5
_PAUSE = 0.25  # seconds between clicks: the picture is stored and shown meanwhile
_BUDGET = 0.35
_CLICK = "button => { const now = performance.timeOrigin + performance.now(); button.click(); return now; }"


class Provider:
    """Where the orders arrive, with the moment at which they did."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)

    async def milliseconds(self, page: Page) -> float:
        """From a click in this page until its order came."""
        prompt = uuid.uuid4().hex
        await page.get_by_label("Prompt", exact=True).fill(prompt)
        button = await page.get_by_role("button", name="Generate").element_handle()
        assert button is not None
        began: float = await button.evaluate(_CLICK)
        async with asyncio.timeout(10):
            while True:
                got, moment = json.loads(await asyncio.get_running_loop().sock_recv(self._socket, 4096))
                if got == prompt:
                    return float(moment) / 1e6 - began


async def _open(context: BrowserContext, url: str) -> Page:
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("button", name="Generate").wait_for()
    return page


async def _measure(provider: Provider, urls: dict[str, str], cookie: str) -> dict[str, list[list[float]]]:
    """Name -> rounds -> milliseconds; the rounds of all are interleaved."""
    found: dict[str, list[list[float]]] = {name: [] for name in urls}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=servers.chromium(), args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        name, _, secret = cookie.partition("=")
        await context.add_cookies([{"name": name, "value": secret, "domain": "localhost", "path": "/"}])
        pages = {name: await _open(context, url) for name, url in urls.items()}
        for number in range(_ROUNDS + 1):
            for name, page in pages.items():
                await page.bring_to_front()
                times = []
                for _ in range(_CLICKS if number else _WARM):
                    times.append(await provider.milliseconds(page))
                    await asyncio.sleep(_PAUSE)
                if number:
                    found[name].append(times)
        await browser.close()
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
    pages = {"studio": "/w/bench", "bare": "/studio", "gradio": "/"}
    try:
        urls = {name: server.url + pages[name] for name, server in running.items()}
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
