"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "kaleipix_app"
LONGEST_FILE, P95_FILE, MEDIAN_FILE = 500, 350, 120
LONGEST_FUNCTION, P95_FUNCTION = 80, 45  # the longest build a page


def _files() -> dict[str, int]:
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in ROOT.rglob("*.py")}
    return {name: lines for name, lines in sizes.items() if lines > 1}  # an __init__.py says nothing about size


def _functions() -> Iterator[tuple[str, int]]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                yield f"{path.relative_to(ROOT).as_posix()}:{node.name}", node.end_lineno - node.lineno + 1


def _at(share: float, sizes: list[int]) -> int:
    return sorted(sizes)[int(share * (len(sizes) - 1))]


def test_files() -> None:
    files = _files()
    assert {name: lines for name, lines in files.items() if lines > LONGEST_FILE} == {}
    assert _at(0.95, list(files.values())) <= P95_FILE
    assert _at(0.5, list(files.values())) <= MEDIAN_FILE


def test_functions() -> None:
    functions = list(_functions())
    assert [(name, lines) for name, lines in functions if lines > LONGEST_FUNCTION] == []
    assert _at(0.95, [lines for _, lines in functions]) <= P95_FUNCTION
