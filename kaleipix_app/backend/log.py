"""One structured line per event, with the id of the request it belongs to.

Never put a code, token, prompt, e-mail or network address into a log line; a test looks for them.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


def configure() -> None:
    """JSON lines on stderr; a readable form when a person watches the terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one part of the house."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger


@contextmanager
def request(request_id: str | None = None) -> Iterator[str]:
    """Every line logged inside carries this request id (a new one if none is given)."""
    chosen = request_id or secrets.token_hex(6)
    with structlog.contextvars.bound_contextvars(request_id=chosen):
        yield chosen
