"""In place of a page whose session has ended elsewhere."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import plain_page
from kaleipix_app.state.farewell import Farewell


def while_signed_in(page: rx.Component) -> rx.Component:
    """The page, until its session ends; then only the way back in."""
    return rx.cond(Farewell.gone, _signed_out(), page)


def _signed_out() -> rx.Component:
    return plain_page(
        rx.el.div(
            rx.el.h1("You were signed out", class_name="text-2xl font-semibold tracking-tight"),
            rx.el.p(
                "This browser’s session has ended. Sign in again to go on.",
                class_name="text-muted",
            ),
            rx.el.a("Sign in", href="/login", class_name=f"{theme.PRIMARY} self-start"),
            role="status",
            class_name=f"{theme.PANEL} mx-auto mt-[8vh] flex w-full max-w-md flex-col gap-4 p-6 shadow-raised md:p-8",
        )
    )
