"""The login page: which step is shown. The steps themselves are routes, because they set cookies."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from kaleipix_app.backend import container
from kaleipix_app.state.guard import public

_FIELDS = {"email": "email", "code": "code", "register": "username"}  # of each step, the one that is typed into
_ABOUT_THE_FIELD = {
    "bad_input",
    "code_wrong",
    "code_used",
    "code_expired",
    "code_locked",
    "code_not_asked_here",
    "username_taken",
}


class Login(rx.State):
    """What one tab shows of a sign-in under way."""

    ready: bool = False  # and so it stays: what can be typed into is not taken away again
    step: str = "email"
    email: str = ""
    error: str = ""
    wrong: str = ""  # the field that it is about, if it is about one: the step's own or its checkbox

    @rx.event
    @public
    async def open(self) -> EventSpec | None:
        """Resume where this browser was: a reload in the middle loses nothing."""
        parts = container.get()
        header = self.router.headers.cookie
        secret = parts.cookies.read(header, parts.cookies.challenge)
        async with parts.db.reading() as uow:
            self.step, self.email = await parts.signin.step(uow, secret)
        self.error = ""
        if self.ready:
            return None
        self.ready = True
        return rx.set_focus(_FIELDS[self.step])  # a field that is disabled when it appears cannot have it

    @rx.event
    @public
    async def stepped(self, step: str, email: str) -> None:
        """A route answered: show the next step."""
        self.step = step if step in _FIELDS else "email"
        self.email = email or self.email
        self.error = ""

    @rx.event
    @public
    async def failed(self, sentence: str, code: str) -> None:
        """A route refused, or could not be reached: show its sentence where it belongs."""
        self.error = sentence
        self.wrong = "adult" if code == "adults_only" else "field" if code in _ABOUT_THE_FIELD else ""

    @rx.event
    @public
    async def start_over(self) -> None:
        """Another address, after all."""
        self.step, self.error = "email", ""
