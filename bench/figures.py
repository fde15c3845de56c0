"""What a benchmark found, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

__all__ = ["Figure", "median", "p95", "table"]


@dataclass(frozen=True)
class Figure:
    """One line of the table. `within` is None where there is no budget."""

    id: str
    what: str
    value: float
    unit: str
    budget: str = ""
    within: bool | None = None


def p95(values: list[float]) -> float:
    """The value that 19 of 20 do not exceed."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


def table(figures: list[Figure]) -> str:
    """Aligned columns for a terminal."""
    words = {True: "within", False: "OVER", None: ""}
    rows = [(one.id, one.what, f"{one.value:,.2f} {one.unit}", one.budget, words[one.within]) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
