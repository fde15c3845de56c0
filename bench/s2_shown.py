"""S2: from the provider being done until the picture is loaded in the page of a real browser."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page

from bench import pages
from bench.figures import Figure, median, p95
from tests.emulators import fal

_ROUNDS, _RUNS, _WARM = 5, 5, 3
_PAUSE = 0.4  # seconds in which it runs, and in which a page is at rest again
_BUDGET = 0.5


def _milliseconds(page: Page, emulator: fal.Fal, prompt: str) -> float:
    emulator.hold("running", prompt=prompt)
    pages.click(page, prompt)
    pages.reached(emulator, prompt, "running")
    time.sleep(_PAUSE)
    pages.watch(page)
    emulator.release("running", prompt=prompt)
    done = pages.reached(emulator, prompt, "done")
    taken = pages.shown(page) - done
    time.sleep(_PAUSE)
    return taken


def run(folder: Path) -> list[Figure]:
    """Studio, bare and, where it is installed, Gradio: their rounds take turns."""
    emulator = fal.Fal(
        fal.Settings(queued=0, starting=0, running=0, steps=1, prepared=pages.results(3 * (_ROUNDS * _RUNS + _WARM)))
    )
    found: dict[str, list[float]] = {}
    with pages.opened(folder / "s2", emulator) as sides:
        for number in range(_ROUNDS + 1):
            for name, page in sides.items():
                page.bring_to_front()
                runs = range(_RUNS if number else _WARM)
                times = [_milliseconds(page, emulator, f"{name} {number} {run}") for run in runs]
                found.setdefault(name, []).extend(times if number else [])
    return _figures(found)


def _figures(found: dict[str, list[float]]) -> list[Figure]:
    middle = {name: median(times) for name, times in found.items()}
    figures = [Figure("S2", f"provider done -> picture loaded, {name}", middle[name], "ms") for name in middle]
    figures.append(Figure("S2", "  p95, studio", p95(found["studio"]), "ms"))
    figures.append(Figure("S2", "  studio / bare", middle["studio"] / middle["bare"], "x"))
    if "gradio" in middle:
        ratio = middle["studio"] / middle["gradio"]
        figures.append(Figure("S2", "  studio / Gradio", ratio, "x", f"<= {_BUDGET} x", ratio <= _BUDGET))
    return figures
