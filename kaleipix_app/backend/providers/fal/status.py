"""What fal tells about a job that is not finished yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kaleipix_app.backend.providers.base import Queued, Running, Update

_PERCENT = re.compile(r"(?<![\d.])(\d{1,3})(?:\.\d+)?\s?%")
_STEPS = re.compile(r"(?<![\d/.])(\d{1,4})\s?/\s?(\d{1,4})(?![\d/])")
_NEWEST = 50  # lines of the log that are looked at


@dataclass(frozen=True)
class Status:
    """One look at a job."""

    name: Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    position: int | None = None
    fraction: float | None = None

    @property
    def update(self) -> Update:
        """The same for people."""
        return Queued(self.position) if self.name == "IN_QUEUE" else Running(self.fraction)


def read(document: Mapping[str, Any]) -> Status | None:
    """The status in fal's document; None if it cannot be understood."""
    match document.get("status"):
        case "IN_QUEUE":
            position = document.get("queue_position")
            return Status("IN_QUEUE", position if type(position) is int and position >= 0 else None)
        case "IN_PROGRESS":
            return Status("IN_PROGRESS", fraction=_fraction(document.get("logs")))
        case "COMPLETED":
            return Status("COMPLETED")
        case _:
            return None


def _fraction(logs: object) -> float | None:
    """How far the newest line says that it is: "42%" or "12/28"."""
    if not isinstance(logs, list):
        return None
    for entry in reversed(logs[-_NEWEST:]):
        message = entry.get("message") if isinstance(entry, dict) else None
        if not isinstance(message, str):
            continue
        if found := _PERCENT.search(message[:500]):
            return min(int(found[1]), 100) / 100
        if (found := _STEPS.search(message[:500])) and 0 < int(found[2]) >= int(found[1]):
            return int(found[1]) / int(found[2])
    return None
