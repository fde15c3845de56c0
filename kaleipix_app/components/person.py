"""The person's corner of the top bar: their account, and the way out."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.post_form import post_form
from kaleipix_app.state.notices import Notices


def account_link(username: rx.Var[str], *, is_here: bool) -> rx.Component:
    """To the account page; on a phone only its icon is seen."""
    return rx.el.a(
        rx.icon("circle-user-round", size=18, class_name="shrink-0"),
        rx.el.span("Account", class_name="sr-only"),
        rx.el.span(username, class_name="max-w-40 truncate text-sm max-sm:hidden"),
        href="/account",
        title="Account",
        aria_current="page" if is_here else "false",
        class_name="flex h-10 min-w-10 max-lg:h-11 max-lg:min-w-11 items-center justify-center gap-2 rounded-control text-muted aria-[current=page]:bg-raised aria-[current=page]:text-ink hover:bg-raised hover:text-ink sm:px-3",
    )


def sign_out_button(ready: rx.Var[bool]) -> rx.Component:
    """Ends this browser's session."""
    return post_form(
        rx.el.button(
            rx.icon("log-out", size=18),
            type="submit",
            aria_label="Sign out",
            title="Sign out",
            disabled=~ready,
            class_name=theme.ICON,
        ),
        action="/api/session/end",
        on_failed=Notices.show,
    )
