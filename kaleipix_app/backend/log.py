"""One structured line per event, with the id of the request it belongs to.

Never put a code, token, prompt, e-mail or network address into a log line; a test looks for them.
The text of an exception, and of a library's own log line, may quote any of these, so neither is written:
of an exception its type and where it was raised, of a library's line where it was written.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, WrappedLogger

_NAMES = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "critical"}


# Put together once: `json.dumps` does it for every line that is not made of plain values alone.
_ENCODER = json.JSONEncoder(default=repr)


def _json(line: EventDict, **_how: object) -> str:
    return _ENCODER.encode(line)


def configure() -> None:
    """JSON lines on stderr; a readable form when a person watches the terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if sys.stderr.isatty() else structlog.processors.JSONRenderer(_json)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_texts,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries(logging.WARNING)], force=True)


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one part of the house."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=name)
    return logger


class _Libraries(logging.Handler):
    """What libraries say of themselves. Reflex puts whole events into its lines, cookie and prompt included."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = getattr(get(record.name.partition(".")[0]), _NAMES.get(record.levelno, "error"))
        said("library", at=f"{record.name}:{record.lineno}", exc_info=error)


def _without_texts(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    error = line.pop("exc_info", None)
    if isinstance(error, BaseException):
        line["exception"] = "".join(_places(error))
    return line


def _places(error: BaseException) -> Iterator[str]:
    """Like a traceback, the first cause first, with the type of each exception and without its text."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__}\n"


@contextmanager
def request(request_id: str | None = None) -> Iterator[str]:
    """Every line logged inside carries this request id (a new one if none is given)."""
    chosen = request_id or secrets.token_hex(6)
    with structlog.contextvars.bound_contextvars(request_id=chosen):
        yield chosen
