"""The one line for what nobody expected: it has a reference that is also in the log."""

# No `from __future__ import annotations` here: Reflex evaluates the annotations of the exception handler.

import reflex as rx
import structlog
from reflex.event import EventSpec

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.state.guard import public

_KINDS = ("TypeError", "ReferenceError", "RangeError", "SyntaxError", "ChunkLoadError", "NetworkError")
_log = log.get("state")


class Notices(rx.State):
    """Shown at the foot of the page until it is closed."""

    text: str = ""

    @rx.event
    @public
    async def show(self, text: str) -> None:
        """Show this line."""
        self.text = text

    @rx.event
    @public
    async def close(self) -> None:
        """It was read."""
        self.text = ""


def unexpected(exception: Exception) -> EventSpec:
    """For `rx.App(backend_exception_handler=…)`: an expected error says what to do; a bug gets a reference."""
    reference = structlog.contextvars.get_contextvars().get("request_id", "")
    if isinstance(exception, KaleipixError):
        return Notices.show(exception.sentence)
    _log.error("handler_crashed", exc_info=exception)
    return Notices.show(
        f"Something went wrong on our side and nothing was lost. Please try again. Reference {reference}."
    )


def page_crashed(exception: Exception) -> None:
    """For `rx.App(frontend_exception_handler=…)`. The text comes from a browser, anybody's: only its kind is kept."""
    text = str(exception)
    _log.warning("page_crashed", kind=next((kind for kind in _KINDS if kind in text), "other"))
