"""One page made three times, each open in the same browser: the studio, the least that does it, and Gradio.

All of them order at the same emulated fal, which says when it was asked and when it was done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench import servers
from tests.emulators import fal, pictures
from tests.emulators.server import in_thread

GRADIO = servers.ROOT / ".venv-bench" / "bin" / "python"
_PATIENCE = 20  # seconds
_CLICK = "button => { const now = performance.timeOrigin + performance.now(); button.click(); return now; }"
_WATCH = """() => {
  const seen = new Set([...document.images].map((one) => one.src));
  window.shown = new Promise((resolve) => {
    const look = () => {
      const fresh = [...document.images].some((one) => !seen.has(one.src) && one.complete && one.naturalWidth >= 256);
      fresh ? resolve(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
    };
    look();
  });
}"""


def results(count: int) -> Iterator[bytes]:
    """Pictures as fal would make them, all different, so that painting them is not what is measured."""
    return iter([pictures.encode(pictures.paint(f"benchmark {n}", n, 0, (1024, 1024)), "png") for n in range(count)])


def click(page: Page, prompt: str) -> float:
    """Type this prompt and click on Generate; the moment of the click, in ms."""
    page.get_by_label("Prompt", exact=True).fill(prompt)
    button = page.get_by_role("button", name="Generate").element_handle()
    return float(button.evaluate(_CLICK))


def ordered(emulator: fal.Fal, prompt: str) -> float:
    """The moment at which fal had this order, in ms."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for request in reversed(list(emulator.record.requests)):
            if request.step == "submit" and request.call.prompt == prompt:
                return 1000 * request.at
        time.sleep(0.002)
    raise SystemExit(f"{prompt!r} was not ordered")


def reached(emulator: fal.Fal, prompt: str, stage: str) -> float:
    """Wait until fal is so far with it; when it was done, that moment in ms."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for job in list(emulator.jobs.all.values()):
            if job.prompt == prompt and job.stage == stage:
                return 1000 * (time.time() - (time.monotonic() - job.ended))
        time.sleep(0.002)
    raise SystemExit(f"{prompt!r} is not {stage}")


def watch(page: Page) -> None:
    """From now on the page looks out for a picture that was not there."""
    page.evaluate(_WATCH)


def shown(page: Page) -> float:
    """The moment at which one was loaded and decoded, in ms."""
    return float(page.evaluate("window.shown"))


@contextmanager
def opened(folder: Path, emulator: fal.Fal) -> Iterator[dict[str, Page]]:
    """Name -> page, ready to be clicked in."""
    data, log, kept = folder / "studio", folder / "servers.log", folder / "bare"
    kept.mkdir(parents=True)
    name, _, secret = servers.a_signed_in_person(data, told="fal").partition("=")
    with ExitStack() as stack:
        fal_url = stack.enter_context(in_thread(emulator))
        addresses = {f"KALEIPIX_FAL_{part}_URL": fal_url for part in ("QUEUE", "REST", "CDN")}
        environment = {"BENCH_FAL": fal_url, "BARE_DB": str(folder / "bare.db"), "BARE_FOLDER": str(kept)}
        granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.bare:app", "--port"]
        urls = {}

        def begin(which: str, server: servers.Server, path: str) -> None:
            stack.callback(server.stop)
            urls[which] = server.url + path

        begin("studio", servers.studio(data, log, FAL_KEY="an-id:a-secret", **addresses), "/w/bench")
        begin("bare", servers.start(lambda port: [*granian, str(port)], log, **environment), "/studio")
        if GRADIO.exists():
            begin("gradio", servers.start(lambda _: [str(GRADIO), "-m", "bench.gradio_app"], log, **environment), "/")
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=servers.chromium(), args=["--no-sandbox"])
        stack.callback(browser.close)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": secret, "domain": "localhost", "path": "/"}])
        pages = {which: _open(context, url) for which, url in urls.items()}
        pages["studio"].get_by_role("combobox", name="Model").click()
        pages["studio"].get_by_role("option", name="FLUX.1 schnell").first.click()
        yield pages


def _open(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Generate").wait_for()
    return page
