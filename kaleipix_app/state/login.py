"""The login page: which step is shown. The steps themselves are routes, because they set cookies."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.state.guard import public

_STEPS = ("email", "code", "register")
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

    step: str = "email"
    email: str = ""
    error: str = ""
    wrong: str = ""  # the field that it is about, if it is about one: the step's own or its checkbox

    @rx.event
    @public
    async def open(self) -> None:
        """Resume where this browser was: a reload in the middle loses nothing."""
        parts = container.get()
        header = self.router.headers.cookie
        secret = parts.cookies.read(header, parts.cookies.challenge)
        async with parts.db.reading() as uow:
            self.step, self.email = await parts.signin.step(uow, secret)
        self.error = ""

    @rx.event
    @public
    async def stepped(self, step: str, email: str) -> None:
        """A route answered: show the next step."""
        self.step = step if step in _STEPS else "email"
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
