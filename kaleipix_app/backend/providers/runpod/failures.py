"""What RunPod says about orders that went wrong, as our errors.

A worker's error is often JSON inside JSON, with a traceback and the names of machines in it, and it may quote the
prompt: it is read to tell one kind from another and then dropped. Only the name of its type reaches the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import loads
from typing import Any

from kaleipix_app.backend.providers.base import BadOrder, ProviderError, Refused, TimedOut

_MOST = 4000  # characters that are looked at
NO_MEMORY = "The engine ran out of memory for this one. Choose a smaller size or fewer pictures and try again."
_CANCELLED = "This one was stopped at the provider. Try again."
_GONE = "The provider no longer has this result. Try again."

_TYPE = re.compile(r"(?:<class ')?([A-Za-z_][A-Za-z0-9_.]{0,60})(?:'>)?")
_REFUSED = re.compile(r"nsfw|safety (?:checker|filter)|content[ _]policy|moderation", re.IGNORECASE)
_MEMORY = re.compile(r"out of memory|outofmemory|\boom\b", re.IGNORECASE)
_INPUT = re.compile(
    r"validation|invalid (?:input|workflow|value)|missing (?:required )?(?:input|'workflow')|is (?:a )?required"
    r"|unexpected input|not a valid input|constraints|value not in list",
    re.IGNORECASE,
)


def failed(error: object) -> ProviderError:
    """A job that ended as FAILED, from its `error`."""
    kind, said = _read(error)
    if _MEMORY.search(said):
        return ProviderError(f"out of memory: {kind}", sentence=NO_MEMORY)
    if _REFUSED.search(said):
        return Refused(f"worker: {kind}")
    if _INPUT.search(said):
        return BadOrder(f"worker: {kind}")
    return ProviderError(f"worker: {kind}")


def ended(status: str) -> ProviderError:
    """A job that ended without a result and without an error."""
    if status == "TIMED_OUT":
        return TimedOut("at the provider")
    return ProviderError("cancelled at the provider", sentence=_CANCELLED)


def gone() -> ProviderError:
    """A finished job whose result is no longer kept: RunPod forgets it after half an hour."""
    return ProviderError("result is gone", sentence=_GONE)


def _read(error: object) -> tuple[str, str]:
    """The name of its type, if it is a name, and its text without the traceback."""
    if isinstance(error, str):
        try:
            parsed = loads(error)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            return "text", error[:_MOST]
        error = parsed
    if isinstance(error, Mapping):
        kind = _text(error.get("error_type"))
        known = _TYPE.fullmatch(kind)
        said = " ".join((kind, *(_text(error.get(key)) for key in ("error_message", "message", "error", "details"))))
        return known[1] if known else "unnamed", said[:_MOST]
    return "other", _text(error)[:_MOST]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value[:_MOST]
    return " ".join(one[:_MOST] for one in value if isinstance(one, str)) if isinstance(value, list) else ""
