"""fal's addresses: a model has many segments, its jobs are found under owner and app alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMESPACES = ("workflows", "comfy")
_JOB = re.compile(
    r"/(?P<app>(?:(?:workflows|comfy)/)?[^/]+/[^/]+)/requests/(?P<id>[^/]+)"
    r"(?P<rest>/status|/status/stream|/response|/cancel)?"
)
STEPS = {
    "/status": ("GET", "status"),
    "/status/stream": ("GET", "stream"),
    "": ("GET", "result"),
    "/response": ("GET", "result"),
    "/cancel": ("PUT", "cancel"),
}


@dataclass(frozen=True)
class JobPath:
    """An address of a job."""

    app: str
    id: str
    step: str
    method: str


def app_of(model: str) -> str:
    """The segments under which a model's jobs are found."""
    parts = model.split("/")
    return "/".join(parts[: 3 if parts[0] in NAMESPACES else 2])


def job_path(path: str) -> JobPath | None:
    """The job that a path names; None if it names a model, or has segments too many."""
    found = _JOB.fullmatch(path)
    if found is None:
        return None
    method, step = STEPS[found["rest"] or ""]
    return JobPath(found["app"], found["id"], step, method)
