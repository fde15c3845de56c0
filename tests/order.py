"""In which order modules begin when several processes share the tests: no long one may be left for the end."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

_BROWSER = Path(__file__).parent / "e2e"
_LONGEST = ("test_clean_clone", "test_erasure_killed", "test_accessibility", "test_mutations", "test_whole_life")
_SPREAD_OVER = 0.85  # of all modules; the last ones are short, so that all processes end at about the same time


def spread(items: list[pytest.Item]) -> None:
    """The longest modules first, then browser tests among the others: two browsers at once wait for each other."""
    modules = [list(its) for _, its in groupby(items, lambda item: item.path)]
    longest = [module for module in modules if module[0].path.stem in _LONGEST]
    browser = [module for module in modules if module not in longest and module[0].path.parent == _BROWSER]
    others = [module for module in modules if module not in longest and module not in browser]
    longest.sort(key=lambda module: _LONGEST.index(module[0].path.stem))
    browser.sort(key=len, reverse=True)
    places = [(number / len(browser) * _SPREAD_OVER, module) for number, module in enumerate(browser)]
    places += [((number + 0.5) / len(others), module) for number, module in enumerate(others)]
    places.sort(key=lambda place: place[0])
    items[:] = [item for module in (*longest, *(module for _, module in places)) for item in module]
