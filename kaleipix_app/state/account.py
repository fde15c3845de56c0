"""The account page: who one is here, and where one is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import BadInput
from kaleipix_app.state.account_views import MAIL_CHOICES, SessionView, session_view
from kaleipix_app.state.guard import network_of, renewed_viewer_of, sentences, viewer_of
from kaleipix_app.state.tabs import TABS


class Account(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    name: str = ""  # not `username`: that is the part of the studio's address
    email: str = ""
    sessions: list[SessionView] = []
    sessions_error: str = ""
    renaming: bool = False
    was_renaming: bool = False  # the form was there: the focus goes back to the button that opened it
    rename_error: str = ""
    told: str = ""  # what was just changed, in a sentence
    mail_after: str = ""  # minutes; empty: no mail
    mail_error: str = ""

    @rx.event
    async def open(self) -> None:
        """The page was opened or reloaded."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.unit_of_work() as uow:
            await parts.sessions.seen(uow, viewer.session_id)
        TABS.add(viewer.user_id, self.router.session.client_token)
        self.sessions_error = self.rename_error = self.told = ""
        self.renaming = self.was_renaming = False
        await self._read(viewer)
        self.ready = True

    @rx.event
    async def revoke(self, session_id: str) -> None:
        """Sign one browser out."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.sessions_error = self.told = ""
        with sentences(self._show_sessions_error):
            async with parts.db.unit_of_work() as uow:
                await parts.sessions.revoke(uow, viewer, session_id)
            self.told = "That browser is signed out."
        await self._read(viewer)

    @rx.event
    async def revoke_others(self) -> None:
        """Sign out everywhere but here."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.sessions_error = self.told = ""
        with sentences(self._show_sessions_error):
            async with parts.db.unit_of_work() as uow:
                await parts.sessions.revoke_others(uow, viewer)
            self.told = "You are signed out everywhere but here."
        await self._read(viewer)

    @rx.event
    async def start_renaming(self) -> None:
        """Show the field."""
        self.renaming, self.was_renaming, self.rename_error, self.told = True, True, "", ""

    @rx.event
    async def stop_renaming(self) -> None:
        """Not after all."""
        self.renaming, self.rename_error = False, ""

    @rx.event
    async def rename(self, form: dict[str, Any]) -> None:
        """Another username; the workspace moves there whole."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.rename_error = self.told = ""
        with sentences(self._show_rename_error):
            parts.renaming.admit(viewer, network_of(self))
            async with parts.db.unit_of_work() as uow:
                name = await parts.renaming.rename(uow, viewer, form.get("username"))
            self.renaming, self.told = False, f"Your workspace is at /w/{name} now. Everything in it came along."
            await self._read(await renewed_viewer_of(self))

    @rx.event
    async def set_mail_after(self, minutes: str) -> None:
        """A mail when something took longer, or none any more."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.mail_error = self.told = ""
        with sentences(self._show_mail_error):
            if minutes not in dict(MAIL_CHOICES):
                raise BadInput("Choose one of the times in the list.")
            chosen = int(minutes) if minutes else None
            async with parts.db.unit_of_work() as uow:
                await parts.notifications.set_mail_after(uow, viewer, chosen)
        await self._read(viewer)

    async def _read(self, viewer: Viewer) -> None:
        """Rows → views. Assigns only what differs, because an assignment is sent to the browser."""
        parts = container.get()
        now: datetime = parts.clock.now()
        async with parts.db.reading() as uow:
            sessions = [session_view(one, now) for one in await parts.sessions.all_of(uow, viewer)]
            minutes = await parts.notifications.mail_after(uow, viewer)
        views = {
            "name": viewer.username,
            "email": viewer.email,
            "sessions": sessions,
            "mail_after": str(minutes or ""),
        }
        for name, value in views.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _show_sessions_error(self, sentence: str) -> None:
        self.sessions_error = sentence

    def _show_mail_error(self, sentence: str) -> None:
        self.mail_error = sentence

    def _show_rename_error(self, sentence: str) -> None:
        self.rename_error = sentence
