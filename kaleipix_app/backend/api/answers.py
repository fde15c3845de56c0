"""How errors leave the house over HTTP: a code, a sentence, a request id; never a stack trace."""

from __future__ import annotations

from typing import cast

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import KaleipixError, TooMany

_log = log.get("api")


def request_id() -> str:
    """The id of the request under way, as bound by the guard."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


async def expected(_request: Request, error: Exception) -> Response:
    """A KaleipixError: show its sentence."""
    error = cast(KaleipixError, error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
    body = {"error": error.code, "message": error.sentence, "reference": request_id()}
    return JSONResponse(body, status_code=error.status, headers=headers)


async def unexpected(_request: Request, error: Exception) -> Response:
    """A bug: log it whole, show a reference."""
    _log.error("unexpected", exc_info=error)
    body = {
        "error": "internal",
        "message": f"Something went wrong on our side. Please try again. Reference {request_id()}.",
        "reference": request_id(),
    }
    return JSONResponse(body, status_code=500)
