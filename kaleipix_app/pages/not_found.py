"""Shown when the page navigates to an address that does not exist; a direct visit gets the server's plain 404."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import plain_page


def not_found() -> rx.Component:
    """A plain page with a way home."""
    return plain_page(
        rx.el.div(
            rx.el.h1("There is nothing here", class_name="text-3xl font-semibold tracking-tight"),
            rx.el.p("The address is wrong, or what was here is private or gone.", class_name="text-muted"),
            rx.el.a("Go to the start page", href="/", class_name=theme.SECONDARY),
            class_name="mt-[16vh] flex flex-col items-start gap-4",
        )
    )
