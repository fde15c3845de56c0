"""Another e-mail address, in steps: the address, a fresh code from the old one, a code from the new one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.state.account import Account
from kaleipix_app.state.fresh import after_fresh_code, fresh_code_first
from kaleipix_app.state.guard import network_of, renewed_viewer_of, viewer_of


class EmailChange(rx.State):
    """Which step is shown."""

    step: str = ""  # "address", "code"; empty: nothing is being changed
    was_changing: bool = False  # a form was there: the focus goes back to the button that opened it
    address: str = ""
    error: str = ""
    _typed: str = ""  # the code, while a fresh code has to come first

    @rx.event
    async def resume(self) -> None:
        """The page was opened: a change under way goes on where it was."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.reading() as uow:
            self.address = await parts.email_change.waiting(uow, viewer)
        self.step, self.was_changing, self.error = "code" if self.address else "", False, ""

    @rx.event
    async def start(self) -> None:
        """Show the field."""
        self.step, self.was_changing, self.error, self.address = "address", True, "", ""
        account = await self.get_state(Account)
        account.told = ""

    @rx.event
    async def stop(self) -> None:
        """Not after all."""
        self.step = self.error = self._typed = ""

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """An address was typed."""
        viewer = await viewer_of(self)
        self.address = str(form.get("email") or "").strip()
        await self._send(viewer)

    @rx.event
    async def send(self) -> None:
        """Write to that address; also a new code in place of the last."""
        await self._send(await viewer_of(self))

    @rx.event
    async def confirm(self, form: dict[str, Any]) -> None:
        """The code from the new address was typed."""
        viewer = await viewer_of(self)
        self._typed = str(form.get("code") or "")
        await self._finish(viewer)

    @rx.event
    async def finish(self) -> None:
        """The same code again, after a fresh one from the old address."""
        await self._finish(await viewer_of(self))

    async def _send(self, viewer: Viewer) -> None:
        parts = container.get()
        self.error = ""
        async with fresh_code_first(self, viewer, "send to the new address", self._show_error):
            address = parts.email_change.read(viewer, self.address)
            async with parts.db.reading() as uow:
                await parts.fresh.require(uow, viewer)
            parts.email_change.admit(viewer, address, network_of(self))
            async with parts.db.unit_of_work() as uow:
                await parts.email_change.ask(uow, viewer, address)
            self.step, self.address = "code", address.typed

    async def _finish(self, viewer: Viewer) -> None:
        parts = container.get()
        self.error = ""
        async with fresh_code_first(self, viewer, "change the address", self._show_error):
            async with parts.db.reading() as uow:
                await parts.fresh.require(uow, viewer)  # before the guess is counted: it is none
            async with parts.guesses.one(network_of(self)):
                async with parts.db.unit_of_work() as uow:
                    refused = await parts.email_change.verify(uow, viewer, self._typed)
                if refused:  # after the commit: the attempt has been counted
                    raise refused
            self.step = self._typed = ""
            account = await self.get_state(Account)
            renewed = await renewed_viewer_of(self)
            account.told = f"You sign in with {renewed.email} from now on."
            await account._read(renewed)

    def _show_error(self, sentence: str) -> None:
        self.error = sentence


after_fresh_code("send to the new address", EmailChange.send)
after_fresh_code("change the address", EmailChange.finish)
