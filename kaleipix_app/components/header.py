"""The top bar of everything behind the sign-in: the rooms, the person, and what the page itself adds."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.navigation import rooms
from kaleipix_app.components.person import account_link, sign_out_button
from kaleipix_app.components.shell import skip_link, theme_switch, wordmark


def workspace_header(username: rx.Var[str], ready: rx.Var[bool], current: str, *tools: rx.Component) -> rx.Component:
    """`current` is the path of the room that one is in, as `rooms` knows it."""
    return rx.el.header(
        skip_link(),
        rx.el.div(
            # In the studio a phone has room for the mark alone beside the balance.
            wordmark("/", name_class="" if current else "max-sm:sr-only"),
            rooms(username, current),
            class_name="flex items-center gap-4",
        ),
        rx.el.div(
            account_link(username, is_here=current == "/account"),
            *tools,
            theme_switch(),
            sign_out_button(ready),
            class_name="flex items-center gap-2 max-sm:gap-1",
        ),
        class_name="sticky top-0 z-20 flex h-14 shrink-0 items-center justify-between border-b border-line bg-canvas px-4 lg:px-5",
    )
