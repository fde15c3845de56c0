"""Username and e-mail address, each with its change in place."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import code_field, error_line, told_wrong
from kaleipix_app.state.account import Account
from kaleipix_app.state.email_change import EmailChange

_FORM = "flex flex-col gap-3"
_BUTTONS = "flex flex-wrap items-center gap-2"


def profile() -> rx.Component:
    """Two rows."""
    return rx.el.section(
        rx.el.h2("Profile", id="profile", class_name="font-semibold"),
        rx.el.div(
            rx.el.div(rx.cond(Account.renaming, _rename(), _username()), class_name="p-4 md:p-5"),
            rx.el.div(
                rx.match(EmailChange.step, ("address", _new_address()), ("code", _new_code()), _email()),
                class_name="border-t border-line p-4 md:p-5",
            ),
            class_name=theme.PANEL,
        ),
        aria_labelledby="profile",
        class_name="flex flex-col gap-3",
    )


def _row(label: str, value: rx.Component, hint: rx.Component, button: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(label, class_name="text-sm text-muted"),
            value,
            rx.el.p(hint, class_name=theme.HINT),
            class_name="min-w-0 grow",
        ),
        button,
        class_name="flex items-center gap-4",
    )


def _username() -> rx.Component:
    return _row(
        "Username",
        rx.el.p(Account.name, class_name="font-medium wrap-anywhere"),
        rx.fragment("Your workspace: /w/", Account.name),
        rx.el.button(
            "Change",
            type="button",
            aria_label="Change username",
            on_click=Account.start_renaming,
            auto_focus=Account.was_renaming,
            class_name=f"{theme.SECONDARY} shrink-0",
        ),
    )


def _email() -> rx.Component:
    return _row(
        "E-mail address",
        rx.el.p(Account.email, class_name="font-medium wrap-anywhere"),
        rx.fragment("Where your codes go."),
        rx.el.button(
            "Change",
            type="button",
            aria_label="Change e-mail address",
            on_click=EmailChange.start,
            auto_focus=EmailChange.was_changing,
            class_name=f"{theme.SECONDARY} shrink-0",
        ),
    )


def _rename() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.label("Username", html_for="username", class_name=theme.LABEL),
            rx.el.input(
                id="username",
                name="username",
                default_value=Account.name,
                auto_focus=True,
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                max_length=30,
                **told_wrong(Account.rename_error != "", "username-error"),
                class_name=f"{theme.FIELD} h-11",
            ),
            rx.el.p(
                "The address of your workspace changes with it; everything in it stays. The old name becomes free for others.",
                class_name=theme.HINT,
            ),
            class_name="flex flex-col gap-1.5",
        ),
        error_line(Account.rename_error, "username-error"),
        rx.el.div(
            rx.el.button("Save username", type="submit", class_name=theme.PRIMARY),
            rx.el.button("Cancel", type="button", on_click=Account.stop_renaming, class_name=theme.QUIET),
            class_name=_BUTTONS,
        ),
        on_submit=Account.rename,
        no_validate=True,
        class_name=_FORM,
    )


def _new_address() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.label("New e-mail address", html_for="new-email", class_name=theme.LABEL),
            rx.el.input(
                id="new-email",
                name="email",
                type="email",
                auto_focus=True,
                auto_complete="email",
                input_mode="email",
                **told_wrong(EmailChange.error != "", "new-email-error"),
                class_name=f"{theme.FIELD} h-11",
            ),
            rx.el.p("You confirm it with a code at both addresses.", class_name=theme.HINT),
            class_name="flex flex-col gap-1.5",
        ),
        error_line(EmailChange.error, "new-email-error"),
        rx.el.div(
            rx.el.button("Continue", type="submit", class_name=theme.PRIMARY),
            rx.el.button("Cancel", type="button", on_click=EmailChange.stop, class_name=theme.QUIET),
            class_name=_BUTTONS,
        ),
        on_submit=EmailChange.ask,
        no_validate=True,
        key="address",
        class_name=_FORM,
    )


def _new_code() -> rx.Component:
    return rx.el.form(
        rx.el.p(
            "We wrote to ",
            rx.el.strong(EmailChange.address, class_name="text-ink wrap-anywhere"),
            ". Type the code from that mail; it works for 10 minutes.",
            class_name="text-sm text-muted",
        ),
        code_field("new-code", "Code from the new address", EmailChange.error),
        error_line(EmailChange.error, "new-code-error"),
        rx.el.div(
            rx.el.button("Change address", type="submit", class_name=theme.PRIMARY),
            rx.el.button("Cancel", type="button", on_click=EmailChange.stop, class_name=theme.QUIET),
            rx.el.button(
                "Send a new code",
                type="button",
                on_click=EmailChange.send,
                class_name=f"{theme.QUIET} max-sm:-ml-3 sm:ml-auto",
            ),
            class_name=_BUTTONS,
        ),
        on_submit=EmailChange.confirm,
        no_validate=True,
        key="code",
        class_name=_FORM,
    )
