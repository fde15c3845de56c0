"""The step before something sensitive: a fresh code from the person's own mailbox, once in ten minutes.

Wrap the action in `fresh_code_first` and name with `after_fresh_code` the handler that does it after the code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from reflex.event import EventHandler

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.fresh import FreshCodeNeeded
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.state.guard import network_of, sentences, viewer_of

_NEXT: dict[str, EventHandler] = {}


def after_fresh_code(name: str, handler: EventHandler) -> None:
    """`handler` (without arguments) goes on with the action called `name`."""
    _NEXT[name] = handler


class FreshCode(rx.State):
    """The dialog that asks for the code."""

    shown: bool = False
    sent: bool = False  # a code is on its way
    email: str = ""
    error: str = ""
    version: int = 0  # a new field for each time
    _then: str = ""
    _asked_at: str = ""  # the page

    @rx.event
    async def open(self) -> None:
        """A page was opened: a code answers the page that asked for it, also after a reload, and no other."""
        if self._asked_at != self.router.url.path.rstrip("/"):
            self.shown, self.error, self._then = False, "", ""

    @rx.event
    async def resend(self) -> None:
        """Another code, in place of the last."""
        await self._send(await viewer_of(self))

    @rx.event
    async def confirm(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The code was typed: go on with what needed it."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            async with parts.guesses.one(network_of(self)):
                async with parts.db.unit_of_work() as uow:
                    refused = await parts.fresh.verify(uow, viewer, form.get("code"))
                if refused:  # after the commit: the attempt has been counted
                    raise refused
            self.shown = False
            if then := _NEXT.get(self._then):
                return then()
        return None

    @rx.event
    async def dismiss(self) -> None:
        """Not now."""
        self.shown, self.error, self._then = False, "", ""

    async def _begin(self, viewer: Viewer, then: str) -> None:
        """Open the dialog; a code that is on its way already will do."""
        self.shown, self.email, self.error, self._then = True, viewer.email, "", then
        self.version += 1
        self._asked_at = self.router.url.path.rstrip("/")
        parts = container.get()
        async with parts.db.reading() as uow:
            self.sent = await parts.fresh.is_waiting(uow, viewer)
        if not self.sent:
            await self._send(viewer)

    async def _send(self, viewer: Viewer) -> None:
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            parts.fresh.admit(viewer)
            async with parts.db.unit_of_work() as uow:
                await parts.fresh.ask(uow, viewer)
            self.sent = True

    def _show_error(self, sentence: str) -> None:
        self.error = sentence


@asynccontextmanager
async def fresh_code_first(
    state: rx.State, viewer: Viewer, then: str, show: Callable[[str], None]
) -> AsyncIterator[None]:
    """Around a sensitive action: FreshCodeNeeded opens the dialog, any other expected error is shown."""
    try:
        yield
    except FreshCodeNeeded:
        fresh = await state.get_state(FreshCode)
        await fresh._begin(viewer, then)
    except KaleipixError as error:
        show(error.sentence)
