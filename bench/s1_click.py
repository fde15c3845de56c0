"""S1: from the click in a real browser until the provider has the request."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from playwright.sync_api import Page

from bench import pages
from bench.figures import Figure, median, p95
from tests.emulators import fal

_ROUNDS, _CLICKS, _WARM = 5, 8, 4
_PAUSE = 0.2  # seconds until a page is at rest again
_BUDGET = 0.35


def _milliseconds(page: Page, emulator: fal.Fal, prompt: str) -> float:
    pages.watch(page)
    clicked = pages.click(page, prompt)
    taken = pages.ordered(emulator, prompt) - clicked
    pages.shown(page)
    time.sleep(_PAUSE)
    return taken


def run(folder: Path) -> list[Figure]:
    """Studio, bare and, where it is installed, Gradio: their rounds take turns."""
    emulator = fal.Fal(
        fal.Settings(queued=0, starting=0, running=0, steps=1, prepared=pages.results(3 * (_ROUNDS * _CLICKS + _WARM)))
    )
    found: dict[str, list[list[float]]] = {}
    with pages.opened(folder / "s1", emulator) as sides:
        for number in range(_ROUNDS + 1):
            for name, page in sides.items():
                page.bring_to_front()
                clicks = range(_CLICKS if number else _WARM)
                times = [_milliseconds(page, emulator, f"{name} {number} {click}") for click in clicks]
                found.setdefault(name, []).extend([times] if number else [])
    _check_books(folder / "s1" / "studio" / "kaleipix.db", _ROUNDS * _CLICKS + _WARM)
    return _figures(found)


def _check_books(path: Path, clicks: int) -> None:
    database = sqlite3.connect(path)
    for count in (
        "SELECT count(*) FROM ledger_entry WHERE key LIKE 'reserve:%'",
        "SELECT count(*) FROM generation_log",
    ):
        if database.execute(count).fetchone()[0] != clicks:
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
