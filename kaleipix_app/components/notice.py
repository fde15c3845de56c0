"""The line at the foot of a page for what nobody expected."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.state.notices import Notices


def notice_line() -> rx.Component:
    """Stays until it is closed."""
    return rx.cond(
        Notices.text != "",
        rx.el.div(
            rx.el.span(Notices.text),
            rx.el.button("Close", type="button", on_click=Notices.close, class_name=theme.QUIET),
            role="alert",
            class_name="fixed inset-x-4 bottom-44 z-40 mx-auto flex max-w-xl items-center justify-between gap-3 rounded-panel border border-danger "
            "bg-surface px-4 py-3 text-sm shadow-float lg:bottom-6",
        ),
    )
