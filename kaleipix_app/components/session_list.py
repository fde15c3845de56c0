"""Where the person is signed in, and how to end it."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.account import Account
from kaleipix_app.state.account_views import SessionView


def session_list() -> rx.Component:
    """This browser first."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Where you are signed in", id="sessions", class_name="font-semibold"),
            rx.cond(
                Account.sessions.length() > 1,
                rx.el.button(
                    "Sign out everywhere else",
                    type="button",
                    on_click=Account.revoke_others,
                    class_name=f"{theme.QUIET} max-sm:-ml-3 sm:-mr-3",
                ),
            ),
            class_name="flex min-h-9 flex-wrap items-center justify-between gap-2",
        ),
        error_line(Account.sessions_error),
        rx.el.ul(
            rx.foreach(Account.sessions, _session),
            class_name=f"{theme.PANEL} divide-y divide-line",
        ),
        rx.el.p(
            "A browser is signed out by itself after 14 days without a visit, and after 60 days in any case.",
            class_name=theme.HINT,
        ),
        aria_labelledby="sessions",
        class_name="flex flex-col gap-3",
    )


def _session(one: rx.Var[SessionView]) -> rx.Component:
    return rx.el.li(
        rx.icon("app-window", size=20, class_name="shrink-0 text-muted"),
        rx.el.div(
            rx.el.p(
                rx.el.span(one.device, class_name="truncate"),
                rx.cond(
                    one.is_this,
                    rx.el.span(
                        "This browser",
                        class_name="shrink-0 rounded-full bg-raised px-2 py-0.5 text-xs font-normal text-muted",
                    ),
                ),
                class_name="flex items-center gap-2 font-medium",
            ),
            rx.el.p(
                rx.el.span(f"Signed in {one.since}"),
                rx.el.span("·", aria_hidden=True, class_name="max-sm:hidden"),
                rx.el.span(f"Last used {one.used}"),
                class_name="flex text-sm text-muted tabular-nums max-sm:flex-col sm:gap-2",
            ),
            class_name="min-w-0 grow",
        ),
        rx.cond(
            one.is_this,
            rx.fragment(),
            rx.el.button(
                "Sign out",
                type="button",
                on_click=Account.revoke(one.id),
                aria_label=f"Sign out: {one.device}, signed in {one.since}",
                class_name=f"{theme.SECONDARY} shrink-0",
            ),
        ),
        key=one.id,
        class_name="flex min-h-19 items-center gap-4 p-4 md:px-5",
    )
