"""The privacy centre as one tab shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.privacy.centre import Request
from kaleipix_app.state.fresh import after_fresh_code, fresh_code_first
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.tabs import TABS


@dataclass(frozen=True)
class LineView:
    """One category, in words."""

    title: str
    purpose: str
    count: str
    kept: str
    goes: str


@dataclass(frozen=True)
class ConsentView:
    """Something that was confirmed."""

    key: str
    text: str
    day: str
    can_be_withdrawn: bool


@dataclass(frozen=True)
class RequestView:
    """Something that was asked for."""

    title: str
    text: str
    status: str
    answer: str  # what a person wrote


_KINDS = {
    "restrict": "Restriction",
    "lift restriction": "Restriction lifted",
    "object": "Objection",
    "lift objection": "Objection taken back",
    "withdraw": "Confirmation withdrawn",
    "question": "Request",
}


class PrivacyCentre(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    name: str = ""
    lines: list[LineView] = []
    consents: list[ConsentView] = []
    requests: list[RequestView] = []
    restricted: bool = False
    objected: bool = False
    copy_state: str = ""  # asked | ready | failed | over; empty: none was asked for
    copy_address: str = ""
    copy_until: str = ""
    error: str = ""
    told: str = ""
    version: int = 0  # a new form after each request

    @rx.event
    async def open(self) -> None:
        """The page was opened or reloaded."""
        viewer = await viewer_of(self)
        TABS.add(viewer.user_id, self.router.session.client_token)
        self.error = self.told = ""
        self.name = viewer.username
        await self._read(viewer)
        self.ready = True

    @rx.event
    async def ask_copy(self) -> None:
        """Begin a copy of everything."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        async with fresh_code_first(self, viewer, "copy my data", self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.exports.ask(uow, viewer)
            self.told = "Your copy is being made. You get a mail when it is ready."
            await self._read(viewer)

    @rx.event
    async def restrict(self, on: bool) -> None:
        """Freeze what is done with the data, or lift it."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.centre.restrict(uow, viewer, on=on)
            self.told = "Your data is only kept from now on." if on else "Everything works again."
            await self._read(viewer)

    @rx.event
    async def set_objection(self, on: bool) -> None:
        """Object to profiling, or take it back."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.centre.set_objection(uow, viewer, on=on)
            self.told = "Your objection counts from now on." if on else "Your objection is taken back."
            await self._read(viewer)

    @rx.event
    async def withdraw(self, key: str) -> None:
        """Take a confirmation back."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.centre.withdraw(uow, viewer, key)
            self.told = "Withdrawn. You are asked again before the next picture goes there."
        await self._read(viewer)

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """Something that needs a person."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.centre.ask(uow, viewer, form.get("request"))
            self.told = "Your request is on its way. It is answered within 30 days."
            self.version += 1
            await self._read(viewer)

    async def _read(self, viewer: Viewer) -> None:
        """Rows → views. Assigns only what differs, because an assignment is sent to the browser."""
        parts = container.get()
        async with parts.db.reading() as uow:
            stored = await parts.centre.stored(uow, viewer)
            choices = await parts.centre.choices(uow, viewer)
            requests = await parts.centre.requests(uow, viewer)
            copy = await parts.exports.latest(uow, viewer)
        is_over = copy is not None and copy.state == "ready" and copy.until is None
        can_load = copy is not None and copy.until is not None
        values: dict[str, Any] = {
            "lines": [
                LineView(one.title, one.purpose, _entries(one.count), one.kept, _day(one.next_goes)) for one in stored
            ],
            "consents": [
                ConsentView(one.key, one.text, _day(one.at), one.can_be_withdrawn) for one in choices.consents
            ],
            "requests": [_request(one) for one in requests],
            "restricted": choices.restricted_at is not None,
            "objected": choices.objected_at is not None,
            "copy_state": "over" if is_over else copy.state if copy else "",
            "copy_address": f"/api/exports/{copy.id}" if copy and can_load else "",
            "copy_until": f"{_day(copy.until)}, {copy.until:%H:%M} UTC" if copy and copy.until else "",
        }
        if (self.copy_state, values["copy_state"]) == ("asked", "ready"):
            self.told = "Your copy is ready."
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _show_error(self, sentence: str) -> None:
        self.error = sentence


def _request(one: Request) -> RequestView:
    title = f"{_KINDS.get(one.kind, one.kind)}, {_day(one.created_at)}"
    if one.answered_at is None:
        return RequestView(title, one.text, f"To be answered by {_day(one.due_at)}", "")
    if one.kind == "question":
        return RequestView(title, one.text, f"Answered on {_day(one.answered_at)}", one.answer)
    return RequestView(title, one.text, one.answer, "")


def _day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %Y}" if moment else ""


def _entries(count: int) -> str:
    return "Nothing" if count == 0 else counted(count, "entry", "entries")


after_fresh_code("copy my data", PrivacyCentre.ask_copy)
