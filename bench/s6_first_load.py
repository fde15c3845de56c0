"""S6: the first load of the studio with pictures on the screen, beside Gradio and the bare page, on a slow device."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench import servers
from bench.figures import Figure, median
from bench.pages import GRADIO

_ROUNDS, _PICTURES = 5, 12
_LCP, _REQUESTS, _SCRIPT, _STYLE = 0.4, 30, 220, 15  # × Gradio; kB
_SLOW_CPU = 4
_SLOW_NETWORK = {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 9e6 / 8}
_WATCH = """window.painted = 0; window.shifted = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.painted = one.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({type: "layout-shift", buffered: true});"""
# The page's HTML has all its buttons; the history comes last.
_READY = {"studio": "#activity-pane li img"}
_UNITS = {"script": "kB", "style": "kB", "requests": "", "largest paint": "ms", "shift": ""}


def run(folder: Path) -> list[Figure]:
    """Each side is loaded in turn, in a browser profile that has seen nothing."""
    data, log = folder / "s6", folder / "s6.log"
    cookie = servers.a_signed_in_person(data, pictures=_PICTURES)
    unused = {"BENCH_FAL": "http://127.0.0.1:9", "BARE_DB": str(folder / "s6.db"), "BARE_FOLDER": str(folder)}
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.bare:app", "--port"]
    with ExitStack() as stack:

        def begin(server: servers.Server, path: str) -> str:
            stack.callback(server.stop)
            return server.url + path

        urls = {
            "studio": begin(servers.studio(data, log), "/w/bench"),
            "bare": begin(servers.start(lambda port: [*granian, str(port)], log, **unused), "/studio"),
        }
        if GRADIO.exists():
            urls["gradio"] = begin(servers.start(lambda _: [str(GRADIO), "-m", "bench.gradio_app"], log, **unused), "/")
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=servers.chromium(), args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        loads: dict[str, list[dict[str, float]]] = {name: [] for name in urls}
        for number in range(_ROUNDS + 1):
            for name, url in urls.items():
                found = _load(browser, url, cookie, _READY.get(name, "button"))
                loads[name].extend([found] if number else [])
    return _figures({name: {key: median([one[key] for one in all]) for key in _UNITS} for name, all in loads.items()})


def _load(browser: Browser, url: str, cookie: str, ready: str) -> dict[str, float]:
    name, _, secret = cookie.partition("=")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": secret, "domain": "localhost", "path": "/"}])
    page = context.new_page()
    page.add_init_script(_WATCH)
    client = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def asked(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            kinds[event["requestId"]] = event.get("type", "Other")

    client.on("Network.requestWillBeSent", asked)
    client.on("Network.webSocketCreated", lambda event: kinds.update({event["requestId"]: "WebSocket"}))
    client.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", _SLOW_NETWORK)
    client.send("Emulation.setCPUThrottlingRate", {"rate": _SLOW_CPU})
    page.goto(url)
    page.locator(ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    found = {
        "script": sum(sizes.get(id, 0) for id, kind in kinds.items() if kind == "Script") / 1000,
        "style": sum(sizes.get(id, 0) for id, kind in kinds.items() if kind == "Stylesheet") / 1000,
        "requests": float(len(kinds)),
        "largest paint": float(page.evaluate("window.painted")),
        "shift": float(page.evaluate("window.shifted")),
    }
    context.close()
    return found


def _figures(middle: dict[str, dict[str, float]]) -> list[Figure]:
    most = {"script": _SCRIPT, "style": _STYLE, "requests": _REQUESTS}
    figures = []
    for side, values in middle.items():
        for key, value in values.items():
            budget = most.get(key) if side == "studio" else None
            within = None if budget is None else value <= budget
            limit = "" if budget is None else f"<= {budget}"
            figures.append(Figure("S6", f"first load, slow device, {side}: {key}", value, _UNITS[key], limit, within))
    if "gradio" in middle:
        ratio = middle["studio"]["largest paint"] / middle["gradio"]["largest paint"]
        figures.append(Figure("S6", "  largest paint, studio / Gradio", ratio, "x", f"<= {_LCP} x", ratio <= _LCP))
    return figures
