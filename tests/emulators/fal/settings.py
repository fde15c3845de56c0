"""How the emulated fal behaves when nothing is scripted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass
class Settings:
    """Seconds, limits, and the answers on which the sources about fal disagree."""

    key: str | None = None  # None: every key that looks like one is right
    queued: float = 0.02
    starting: float = 0.01
    running: float = 0.04
    steps: int = 4
    concurrency: int | None = None
    retention: float = 3600
    retention_large: float = 360
    cancel_queued: Literal["requested", "removed"] = "requested"
    cancelled_shows: Literal["completed", "not_found"] = "completed"
    cancel_stops_running: bool = True
    webhook_retries: int = 3
    webhook_delay: float = 0.05
    prepared: Iterator[bytes] | None = None  # the files of the results: for measuring, as painting takes its time
    user_id: str = "auth0|emulated"
