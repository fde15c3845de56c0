"""How the emulated RunPod behaves when nothing is scripted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Worker = Literal["sdxl", "comfyui"]


def _endpoints() -> dict[str, Worker]:
    return {"sdxl": "sdxl", "comfyui": "comfyui"}


@dataclass
class Settings:
    """Seconds and limits; `policy_scale` makes the minutes of a policy short enough for a test."""

    key: str | None = None  # None: every key is right
    endpoints: dict[str, Worker] = field(default_factory=_endpoints)
    queued: float = 0.02
    cold_start: float = 0.0
    running: float = 0.04
    steps: int = 4
    concurrency: int | None = None
    progress: bool = True
    store: Literal["base64", "s3_url"] = "base64"
    s3_seconds: float = 3600
    retention: float = 1800
    retention_sync: float = 60
    policy_scale: float = 1.0
    webhook_delay: float = 0.05
