"""S10: seconds a picture and core of the built-in engine, for every style, from words and from a photograph."""

from __future__ import annotations

import time
from pathlib import Path

from bench.figures import Figure, median
from kaleipix_app.backend.providers.base import Order
from kaleipix_app.backend.providers.builtin import render
from kaleipix_app.backend.providers.builtin.styles import STYLES

_RUNS, _SIDE, _BUDGET = 3, 1024, 1.0
_PHOTO = Path(__file__).parent.parent / "tests" / "photos" / "coffee.png"


def run(_folder: Path) -> list[Figure]:
    """One thread, so a second here is a second of one core."""
    photo = _PHOTO.read_bytes()
    _seconds(_order("pixel", photo))  # imports, caches
    kinds = {"words": None, "photograph": photo}
    orders = {(style, kind): _order(style, source) for style in STYLES for kind, source in kinds.items()}
    taken: dict[tuple[str, str], list[float]] = {key: [] for key in orders}
    for _ in range(_RUNS):
        for key, order in orders.items():
            taken[key].append(_seconds(order))
    return [
        Figure("S10", f"{style} from {kind}", median(times), "s", f"<= {_BUDGET:.0f} s", median(times) <= _BUDGET)
        for (style, kind), times in taken.items()
    ]


def _order(style: str, source: bytes | None) -> Order:
    params = {"style": style}
    return Order("bench", "kaleidoscope", "a red rose in the rain", _SIDE, _SIDE, 1, 7, params, source)


def _seconds(order: Order) -> float:
    began = time.thread_time()
    render.picture(order, 0, lambda _fraction, _frame: None)
    return time.thread_time() - began
