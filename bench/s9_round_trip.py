"""S9: from a click to the changed page, with 50 pictures on the screen, beside the least Reflex app; what is sent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from bench import servers
from bench.figures import Figure, median, p95

_ROUNDS, _CLICKS, _PICTURES = 5, 12, 50
_BUDGET, _MOST = 3.0, 20_000  # × the floor; bytes of an event
_SETTINGS = """import os, sys
os.environ["REFLEX_USE_NPM"] = "1"
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
import reflex as rx
config = rx.Config(app_name="floor", telemetry_enabled=False, state_manager_mode="memory", plugins=[])
"""
_APP = """import reflex as rx
class Counter(rx.State):
    n: int = 0
    @rx.event
    async def more(self):
        self.n += 1
def index():
    return rx.el.main(rx.el.button("More", on_click=Counter.more), rx.el.p(Counter.n, id="n"))
app = rx.App()
app.add_page(index, route="/")
"""
_FLOOR = """button => new Promise((resolve) => {
  const began = performance.now(), seen = new MutationObserver(() => {
    seen.disconnect(); resolve(performance.now() - began);
  });
  seen.observe(document.getElementById("n"), {subtree: true, childList: true, characterData: true});
  button.click();
})"""
# Changed is not marked: the picture itself has to be on the stage, and its thumbnail has to say so.
_STUDIO = """button => new Promise((resolve) => {
  const stage = document.getElementById("stage"), thumb = button.querySelector("img");
  const address = thumb.getAttribute("src").replace(/thumb$/, "preview");
  const began = performance.now(), seen = new MutationObserver(() => {
    const shown = stage.querySelector("[data-viewer] img[width]");
    if (button.getAttribute("aria-current") !== "true" || shown?.getAttribute("src") !== address) return;
    if (shown.alt === thumb.alt) { seen.disconnect(); resolve(performance.now() - began); }
  });
  seen.observe(button, {attributes: true});
  seen.observe(stage, {subtree: true, childList: true, attributes: true});
  button.click();
})"""


def run(folder: Path) -> list[Figure]:
    """The rounds take turns; in the studio every click puts another picture on the stage, which reads the database."""
    data, log = folder / "s9", folder / "s9.log"
    name, _, secret = servers.a_signed_in_person(data, pictures=_PICTURES).partition("=")
    with ExitStack() as stack:
        studio, floor = servers.studio(data, log), servers.start(_least(folder / "floor"), log)
        for server in (studio, floor):
            stack.callback(server.stop)
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=servers.chromium(), args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": secret, "domain": "localhost", "path": "/"}])
        sides = {"studio": context.new_page(), "floor": context.new_page()}
        frames: list[int] = []
        client = context.new_cdp_session(sides["studio"])
        client.on(
            "Network.webSocketFrameReceived",
            lambda event: frames.append(len(event["response"]["payloadData"].encode())),
        )
        client.send("Network.enable")
        _open(sides, studio.url, floor.url)
        times = _measure(sides)
        _use(sides["studio"])
    return _figures(times, frames)


def _least(folder: Path) -> Callable[[int], list[str]]:
    (folder / "floor").mkdir(parents=True)
    (folder / "rxconfig.py").write_text(_SETTINGS)
    (folder / "floor" / "__init__.py").touch()
    (folder / "floor" / "floor.py").write_text(_APP)
    reflex = [str(Path(sys.executable).parent / "reflex"), "run", "--env", "prod"]
    return lambda port: [
        *("env", f"--chdir={folder}", *reflex),
        *("--frontend-port", str(port), "--backend-port", str(port)),
    ]


def _open(sides: dict[str, Page], studio: str, floor: str) -> None:
    sides["floor"].goto(floor)
    sides["floor"].wait_for_load_state("networkidle")
    page = sides["studio"]
    page.goto(f"{studio}/w/bench")
    while (older := page.get_by_role("button", name="Show older")).count() or not _thumbs(page).count():
        before = _thumbs(page).count()
        if before:
            older.click()
        page.wait_for_function("n => document.querySelectorAll('#activity-pane li img').length > n", arg=before)


def _thumbs(page: Page) -> Locator:
    return page.locator("#activity-pane li button[aria-current]")


def _measure(sides: dict[str, Page]) -> dict[str, list[list[float]]]:
    found: dict[str, list[list[float]]] = {name: [] for name in sides}
    for number in range(_ROUNDS + 1):
        for name, page in sides.items():
            page.bring_to_front()
            taken = []
            for click in range(_CLICKS):
                button = page.get_by_role("button", name="More") if name == "floor" else _thumbs(page).nth(click + 1)
                taken.append(float(button.evaluate(_FLOOR if name == "floor" else _STUDIO)))
                page.wait_for_timeout(60)
            found[name].extend([taken] if number else [])
    return found


def _use(page: Page) -> None:
    """What people do, so that what it sends is counted: a favourite, a generation that finishes, a reload."""
    page.bring_to_front()
    page.get_by_role("button", name="Favourite").first.click()
    page.get_by_label("Prompt", exact=True).fill("the last one")
    page.get_by_role("button", name="Generate").click()
    page.get_by_alt_text("the last one").first.wait_for()
    page.reload()
    page.get_by_alt_text("the last one").first.wait_for()
    page.wait_for_load_state("networkidle")


def _figures(times: dict[str, list[list[float]]], frames: list[int]) -> list[Figure]:
    middle = {name: median([median(one) for one in rounds]) for name, rounds in times.items()}
    ratio, largest = middle["studio"] / middle["floor"], max(frames)
    return [
        *(Figure("S9", f"click -> changed page, {name}", value, "ms") for name, value in middle.items()),
        Figure("S9", "  p95, studio", p95([ms for one in times["studio"] for ms in one]), "ms"),
        Figure("S9", "  studio / floor", ratio, "x", f"<= {_BUDGET} x", ratio <= _BUDGET),
        Figure("S9", "largest event", largest / 1000, "kB", f"< {_MOST / 1000} kB", largest < _MOST),
    ]
