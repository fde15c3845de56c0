"""The answers of fal when something is wrong: with the request, or with a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.exchange import Reply
from tests.emulators.fal.schema import error
from tests.emulators.faults import Answer
from tests.emulators.script import Call, Rule

NGINX = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
BODY: list[Any] = ["body"]


def infrastructure(status: int, kind: str, text: str, headers: dict[str, str] | None = None) -> Reply:
    """An error of fal's own machinery."""
    return Reply(status, {"detail": text, "error_type": kind}, {"x-fal-error-type": kind, **(headers or {})})


def model_error(status: int, problems: list[dict[str, Any]], *, retryable: bool = False) -> Reply:
    """An error of the model."""
    headers = {"x-fal-retryable": str(retryable).lower(), "x-fal-needs-retry": str(int(retryable))}
    return Reply(status, {"detail": problems}, headers)


CANCELLED = infrastructure(499, "client_cancelled", "Request was cancelled")
START_TIMEOUT = infrastructure(
    504, "request_timeout", "Request timed out", headers={"x-fal-request-timeout-type": "user"}
)


def not_found(call: Call) -> Reply:
    if call.step == "submit":
        return Reply(404, {"detail": f"Application '{call.model.rpartition('/')[2]}' not found"})
    return Reply(404, {"status": "NOT_FOUND"})


def _rate_limited(rule: Rule, call: Call) -> Reply:
    after = str(rule.args.get("retry_after", 1))
    headers = {"retry-after": after, "x-fal-needs-retry": "1"}
    return infrastructure(429, "concurrent_requests_limit", "Too many concurrent requests", headers)


def _error(rule: Rule, call: Call) -> Reply:
    status = rule.args.get("status", 500)
    return infrastructure(status, rule.args.get("error_type", "internal_error"), "Internal error")


ANSWERS: dict[str, Answer] = {
    "unauthorized": lambda rule, call: Reply(401, {"detail": "No user found for Key ID and Secret"}),
    "no_balance": lambda rule, call: Reply(403, {"detail": "User is locked. Reason: Exhausted balance."}),
    "not_found": lambda rule, call: not_found(call),
    "rate_limited": _rate_limited,
    "error": _error,
    "nginx": lambda rule, call: Reply(502, NGINX, {"content-type": "text/html"}),
    "too_early": lambda rule, call: Reply(400, {"detail": "Request is still in progress"}),
    "too_late": lambda rule, call: Reply(400, {"status": "ALREADY_COMPLETED"}),
    "expired": lambda rule, call: not_found(call),
    "start_timeout": lambda rule, call: START_TIMEOUT,
}


def _policy(args: dict[str, Any]) -> Reply:
    told = "The content could not be processed because it contained material flagged by a content checker."
    problem = error(["body", "prompt"], "content_policy_violation", told, args.get("input"))
    return model_error(422, [{**problem, "categories": args.get("categories", ["model_moderated"])}])


def _too_large(args: dict[str, Any]) -> Reply:
    most = args.get("max_size", 10 * 1024 * 1024)
    message = f"File size exceeds the maximum of {most} bytes"
    return model_error(422, [error(["body", "image_url"], "file_too_large", message, None, max_size=most)])


def _validation(args: dict[str, Any]) -> Reply:
    field = args.get("field", "num_images")
    message = "Input should be less than or equal to 4"
    return model_error(422, [error(["body", field], "less_than_equal", message, 5, le=4)])


def _old_pydantic(args: dict[str, Any]) -> Reply:
    old = {"loc": ["body", "prompt"], "msg": "field required", "type": "value_error.missing"}
    return Reply(422, {"detail": [old]})


def _infrastructure(args: dict[str, Any]) -> Reply:
    return infrastructure(args.get("status", 500), args.get("error_type", "runner_server_error"), "Runner failed")


def _plain(status: int, kind: str, text: str, *, retryable: bool = False) -> Callable[[dict[str, Any]], Reply]:
    return lambda args: model_error(status, [error(BODY, kind, text, None)], retryable=retryable)


FAILURES: dict[str, Callable[[dict[str, Any]], Reply]] = {
    "policy": _policy,
    "no_media": _plain(422, "no_media_generated", "No media was generated"),
    "validation": _validation,
    "old_pydantic": _old_pydantic,
    "string_detail": lambda args: Reply(args.get("status", 422), {"detail": args.get("text", "Could not process it")}),
    "file_too_large": _too_large,
    "generation_timeout": _plain(504, "generation_timeout", "Generation timed out", retryable=True),
    "internal_error": _plain(500, "internal_server_error", "Internal server error", retryable=True),
    "downstream_error": _plain(400, "downstream_service_error", "Downstream service error"),
    "downstream_unavailable": _plain(500, "downstream_service_unavailable", "Downstream unavailable", retryable=True),
    "infrastructure": _infrastructure,
    "reply": lambda args: Reply(args.get("status", 200), args.get("body"), args.get("headers", {})),
}
