"""Where a job is found. Kept of it is a short text: fal-ai/flux/requests/<id>, the path of its result.

A model may have many segments, its jobs are found under owner and app alone: fal-ai/flux/dev is ordered at
/fal-ai/flux/dev and followed at /fal-ai/flux/requests/<id>.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

_THREE_SEGMENTS = ("workflows", "comfy")
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_JOB = re.compile(rf"{_NAME}/{_NAME}(?:/{_NAME})?/requests/(?P<id>{_NAME})")
_APP = re.compile(rf"{_NAME}/{_NAME}(?:/{_NAME})?")
_ID = re.compile(_NAME)


def app_of(endpoint: str) -> str:
    """The segments of a model under which its jobs are found."""
    parts = endpoint.split("/")
    return "/".join(parts[: 3 if parts[0] in _THREE_SEGMENTS else 2])


def job_of(app: str, request_id: str) -> str:
    """A job by the id that fal calls it; empty if one of the two cannot be right."""
    return f"{app}/requests/{request_id}" if _APP.fullmatch(app) and is_request_id(request_id) else ""


def is_request_id(text: str) -> bool:
    """Whether fal may call a job so."""
    return _ID.fullmatch(text) is not None


def request_id_of(job: str) -> str:
    """The id by which fal calls a job; empty if it is none."""
    found = _JOB.fullmatch(job)
    return found["id"] if found else ""


class Addresses:
    """The queue's addresses, all on the one host that may see the key."""

    def __init__(self, queue_url: str) -> None:
        self._base = queue_url.rstrip("/")

    def submit(self, endpoint: str, callback: str) -> str:
        """Where a model is ordered, and what is called when it is finished."""
        return f"{self._base}/{endpoint}{'?' + urlencode({'fal_webhook': callback}) if callback else ''}"

    def taken(self, endpoint: str, answer: Mapping[str, Any]) -> tuple[str, bool]:
        """The job in an answer to a submit, empty if there is none; and whether all its addresses are on our host."""
        urls = [answer.get(name) for name in ("response_url", "status_url", "cancel_url")]
        trusted = all(isinstance(url, str) and url.startswith(f"{self._base}/") for url in urls if url is not None)
        result = urls[0]
        if trusted and isinstance(result, str) and request_id_of(path := result.removeprefix(f"{self._base}/")):
            return path, True
        request_id = answer.get("request_id")
        return job_of(app_of(endpoint), request_id) if isinstance(request_id, str) else "", trusted

    def result(self, job: str) -> str:
        """What was made."""
        return f"{self._base}/{job}"

    def status(self, job: str) -> str:
        """How it is going."""
        return f"{self._base}/{job}/status?logs=1"

    def stream(self, job: str) -> str:
        """The same whenever it changes."""
        return f"{self._base}/{job}/status/stream?logs=1"

    def cancel(self, job: str) -> str:
        """Where it is stopped."""
        return f"{self._base}/{job}/cancel"
