"""How the person wants to be told: by mail wherever they are, by this browser while a page is open in it."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.notify import LONG, notify
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.account import Account
from kaleipix_app.state.account_views import MAIL_CHOICES

_ROW = "p-4 md:p-5"
_CHECKBOX = "flex min-h-9 max-lg:min-h-11 items-center gap-2.5 cursor-pointer [&[hidden]]:hidden"


def notifications() -> rx.Component:
    """One place to switch all of it on and off."""
    return rx.el.section(
        rx.el.h2("Notifications", id="notifications", class_name="font-semibold"),
        rx.el.div(
            rx.el.div(_mail(), class_name=_ROW),
            rx.el.div(_browser(), class_name=f"{_ROW} border-t border-line"),
            class_name=theme.PANEL,
        ),
        aria_labelledby="notifications",
        class_name="flex flex-col gap-3",
    )


def _mail() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.el.label("By mail", html_for="mail-after", class_name="font-medium"),
                rx.el.p(
                    "When no page of Kaleipix is open any more. One mail for each click on Generate, "
                    "without the picture and without your words.",
                    id="mail-after-hint",
                    class_name=theme.HINT,
                ),
                class_name="min-w-0 grow",
            ),
            rx.el.select(
                *(rx.el.option(label, value=value) for value, label in MAIL_CHOICES),
                id="mail-after",
                value=Account.mail_after,
                on_change=Account.set_mail_after,
                aria_describedby="mail-after-hint",
                class_name=f"{theme.FIELD} h-10 shrink-0 sm:w-52",
            ),
            class_name="flex flex-col gap-3 sm:flex-row sm:items-center sm:gap-6",
        ),
        error_line(Account.mail_error),
    )


def _browser() -> rx.Component:
    return rx.fragment(
        rx.el.p("In this browser", class_name="font-medium"),
        rx.el.p(
            f"While Kaleipix is open in it and you look at something else; for whatever took longer than {LONG} seconds.",
            class_name=theme.HINT,
        ),
        rx.el.div(
            notify(class_name=_CHECKBOX),
            class_name="mt-2 flex flex-col text-sm",
        ),
    )
