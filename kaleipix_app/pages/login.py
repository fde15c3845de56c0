"""Sign-in in three small steps: address, code, and the first time username and age."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.fingerprint import fingerprint
from kaleipix_app.components.post_form import post_form
from kaleipix_app.components.shell import error_line, plain_page, told_wrong
from kaleipix_app.state.login import Login

_BUTTON = f"{theme.PRIMARY} w-full"
_ERROR = "login-error"
_NOT_READY = ~Login.ready


def login() -> rx.Component:
    """The page; every step replaces the one before."""
    return plain_page(
        rx.el.div(
            rx.match(Login.step, ("code", _code()), ("register", _register()), _email()),
            class_name=f"{theme.PANEL} mx-auto mt-[8vh] w-full max-w-md p-6 shadow-raised md:p-8",
        )
    )


def _email() -> rx.Component:
    return _step(
        "Sign in or sign up",
        "We mail you a code. No password, and no account to set up first.",
        "/api/session/code",
        _field(
            "Email", "email", type="email", auto_complete="email", input_mode="email", placeholder="you@example.com"
        ),
        rx.el.button("Send code", type="submit", disabled=_NOT_READY, class_name=_BUTTON),
    )


def _code() -> rx.Component:
    return rx.el.div(
        _step(
            "Check your mail",
            rx.fragment(
                "We sent a code to ",
                rx.el.strong(Login.email, class_name="text-ink break-all"),
                ". It works for 10 minutes, in this browser.",
            ),
            "/api/session/verify",
            _field(
                "Code",
                "code",
                auto_complete="one-time-code",
                auto_capitalize="characters",
                spell_check=False,
                placeholder="K7QF-2M9D",
                class_name=f"{theme.FIELD} h-12 text-center text-xl tracking-[0.2em] uppercase placeholder:normal-case",
            ),
            fingerprint(),
            rx.el.button("Sign in", type="submit", disabled=_NOT_READY, class_name=_BUTTON),
        ),
        rx.el.div(
            post_form(
                rx.el.input(type="hidden", name="email", value=Login.email),
                rx.el.button("Send a new code", type="submit", disabled=_NOT_READY, class_name=theme.QUIET),
                action="/api/session/code",
                on_step=Login.stepped,
                on_failed=Login.failed,
            ),
            rx.el.button(
                "Use another address",
                type="button",
                on_click=Login.start_over,
                disabled=_NOT_READY,
                class_name=theme.QUIET,
            ),
            class_name="-mx-3 mt-3 flex flex-wrap justify-between gap-1",
        ),
    )


def _register() -> rx.Component:
    return _step(
        "Choose your workspace",
        "Your username is the address of your private workspace. You can see it, nobody else can open it.",
        "/api/session/register",
        _field(
            "Username",
            "username",
            auto_complete="username",
            auto_capitalize="none",
            spell_check=False,
            max_length=30,
            placeholder="ada",
            hint="3 to 30 letters, digits or hyphens; starts with a letter.",
        ),
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name="adult",
                id="adult",
                disabled=_NOT_READY,
                **told_wrong((Login.error != "") & (Login.wrong == "adult"), _ERROR),
                class_name="size-5 shrink-0 accent-accent",
            ),
            rx.el.span("I am 18 or older"),
            html_for="adult",
            class_name="-my-2 flex min-h-11 items-center gap-3 cursor-pointer",
        ),
        fingerprint(),
        rx.el.button("Create workspace", type="submit", disabled=_NOT_READY, class_name=_BUTTON),
    )


def _step(title: str, text: str | rx.Component, action: str, *fields: rx.Component) -> rx.Component:
    return post_form(
        rx.el.h1(title, class_name="text-2xl font-semibold tracking-tight"),
        rx.el.p(text, class_name="text-muted"),
        *fields[:-1],
        error_line(Login.error, _ERROR),
        fields[-1],
        action=action,
        on_step=Login.stepped,
        on_failed=Login.failed,
        key=action,
        class_name="flex flex-col gap-4",
    )


def _field(
    label: str, name: str, *, hint: str = "", class_name: str = f"{theme.FIELD} h-12", **props: object
) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=theme.LABEL),
        rx.el.input(
            id=name,
            name=name,
            auto_focus=True,
            required=True,
            disabled=_NOT_READY,
            **told_wrong((Login.error != "") & (Login.wrong == "field"), _ERROR),
            class_name=class_name,
            **props,
        ),
        rx.el.p(hint, class_name=theme.HINT) if hint else rx.fragment(),
        class_name="flex flex-col gap-1.5",
    )
