"""What was asked of an emulator, without the keys."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.script import Call

KEPT = 50_000
SECRET_HEADERS = ("authorization", "cookie")


@dataclass
class Recorded:
    """One request, and what became of it: a status, or "cut" or "hung"."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    call: Call
    at: float = field(default_factory=time.time)
    outcome: int | str = "open"

    @property
    def step(self) -> str:
        return self.call.step

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "call": vars(self.call)}


@dataclass(frozen=True)
class Submissions:
    """How many submissions arrived, and how many jobs they made (what a provider would charge)."""

    posts: int
    jobs: int


def readable(body: bytes) -> Any:
    """A body as JSON, or its size if it is none."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return {"bytes": len(body)}


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with the scheme of a credential, but not the credential."""
    return {
        name: f"{value.split(' ')[0]} ***" if name in SECRET_HEADERS and " " in value else value
        for name, value in headers.items()
        if name not in SECRET_HEADERS or " " in value
    }


class Record:
    """The newest requests, and the prompts of all jobs."""

    def __init__(self) -> None:
        self.requests: deque[Recorded] = deque(maxlen=KEPT)
        self.posted: list[str] = []
        self.jobs: list[str] = []

    def clear(self) -> None:
        self.requests.clear()
        self.posted.clear()
        self.jobs.clear()

    def submissions(self, prompt: str | None = None) -> Submissions:
        wanted = prompt or ""
        return Submissions(sum(wanted in p for p in self.posted), sum(wanted in p for p in self.jobs))
