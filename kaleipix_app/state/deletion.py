"""Deleting one's account: a question, a fresh code, and out."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.state.fresh import after_fresh_code, fresh_code_first
from kaleipix_app.state.guard import viewer_of


class AccountDeletion(rx.State):
    """The question."""

    asked: bool = False
    error: str = ""

    @rx.event
    async def ask(self) -> None:
        """Show what happens."""
        self.asked, self.error = True, ""

    @rx.event
    async def dismiss(self) -> None:
        """Not after all."""
        self.asked = False

    @rx.event
    async def delete(self) -> rx.event.EventSpec | None:
        """Yes. It also ends this session."""
        viewer = await viewer_of(self)
        self.asked, self.error, is_gone = False, "", False
        async with fresh_code_first(self, viewer, "delete the account", self._show_error):
            await container.get().erasure.delete(viewer)
            is_gone = True
        return rx.redirect("/account/deleted") if is_gone else None

    def _show_error(self, sentence: str) -> None:
        self.error = sentence


after_fresh_code("delete the account", AccountDeletion.delete)
