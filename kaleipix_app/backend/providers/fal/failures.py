"""What fal says when it does not deliver, as errors of the port with a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kaleipix_app.backend import log
from kaleipix_app.backend.providers.base import (
    BadOrder,
    Down,
    ProviderError,
    Refused,
    TimedOut,
    Unconfigured,
    UnknownOutcome,
    Unsupported,
)
from kaleipix_app.backend.providers.outgoing import Answer

_REFUSALS = frozenset({"content_policy_violation", "no_media_generated"})
_LATE = frozenset({"generation_timeout", "request_timeout", "startup_timeout"})
_RANGE = "One of the settings is outside of what this model takes. Reset the settings and try again."
_UNREADABLE = "The provider could not read the picture. Save it as JPEG or PNG and add it again."
#: Names in braces come from fal's `ctx`, and only numbers are let through; without them the sentence ends before.
_SENTENCES: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "image_too_small": (
            "The picture is too small for this model{}. Choose a larger one.",
            " (at least {min_width} × {min_height} pixels)",
        ),
        "image_too_large": (
            "The picture is too large for this model{}. Choose a smaller one.",
            " (at most {max_width} × {max_height} pixels)",
        ),
        "file_too_large": ("The file is too large for this model{}. Choose a smaller one.", ""),
        "image_load_error": (_UNREADABLE, ""),
        "file_download_error": (_UNREADABLE, ""),
        "unsupported_image_format": (_UNREADABLE, ""),
        "face_detection_error": ("This model needs a face it can see. Choose another picture.", ""),
        "sequence_too_long": (
            "The prompt is too long for this model{}. Shorten it and try again.",
            " (at most {max_length} characters)",
        ),
        "sequence_too_short": ("The prompt is too short for this model{}. Write a little more.", ""),
        "greater_than": (_RANGE, ""),
        "greater_than_equal": (_RANGE, ""),
        "less_than": (_RANGE, ""),
        "less_than_equal": (_RANGE, ""),
        "multiple_of": (_RANGE, ""),
        "one_of": (_RANGE, ""),
        "feature_not_supported": ("This model cannot do that. Choose another model.", ""),
    }
)

_log = log.get("fal")


def of(answer: Answer) -> ProviderError:
    """The error in an answer that is no success."""
    status = answer.status
    problem = _problem(answer)
    kind = _word(problem.get("type") or answer.json().get("error_type") or answer.headers.get("x-fal-error-type"))
    said = f"{status} {kind}".strip()
    if kind in _REFUSALS:
        return Refused(said)
    if status in (401, 402, 403):
        return unconfigured(status)
    if kind in _LATE or answer.headers.get("x-fal-request-timeout-type") == "user":
        return TimedOut(said)
    if status >= 500:
        return Down(said)
    return _of_request(status, kind, problem, said)


def unconfigured(status: int) -> ProviderError:
    """The key was refused (401), or the account behind it is locked or empty: the operator must hear of it."""
    _log.error("provider_key_refused" if status == 401 else "provider_locked", provider="fal", status=status)
    return Unconfigured(str(status))


def _of_request(status: int, kind: str, problem: Mapping[str, Any], said: str) -> ProviderError:
    if status == 404:
        return Unsupported(said)
    if status == 408 or status < 400:
        return UnknownOutcome(said)
    if status == 499:
        return ProviderError(said, sentence="This was stopped at the provider. Try again.")
    if kind == "downstream_service_error":
        return ProviderError(said)
    return BadOrder(said, sentence=_sentence(kind, problem.get("ctx")))


def _problem(answer: Answer) -> Mapping[str, Any]:
    """The first entry of `detail`; empty where it is plain text, or nothing."""
    detail = answer.json().get("detail")
    first = detail[0] if isinstance(detail, list) and detail else None
    return first if isinstance(first, dict) else {}


def _sentence(kind: str, ctx: object) -> str:
    known = _SENTENCES.get(kind)
    if known is None:
        return BadOrder.sentence
    sentence, figures = known
    numbers = {name: value for name, value in ctx.items() if type(value) is int} if isinstance(ctx, dict) else {}
    try:
        return sentence.format(figures.format(**numbers))
    except KeyError:
        return sentence.format("")


def _word(value: object) -> str:
    """A kind of error for the log: fal's own words are names, anything longer might be somebody's prompt."""
    return value if isinstance(value, str) and len(value) <= 40 and value.replace("_", "").isalpha() else ""
