"""What is stored about a person, category by category."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import server_link
from kaleipix_app.state.privacy_centre import LineView, PrivacyCentre


def stored_data() -> rx.Component:
    """A list that also fits a phone."""
    return rx.el.section(
        rx.el.h2("What is stored about you now", id="stored", class_name="font-semibold"),
        rx.el.ul(
            rx.foreach(PrivacyCentre.lines, _line),
            class_name=f"{theme.PANEL} divide-y divide-line",
        ),
        rx.el.p(
            "The ",
            server_link("privacy policy", href="/privacy", class_name="underline"),
            " is made from the same table.",
            class_name=theme.HINT,
        ),
        aria_labelledby="stored",
        class_name="flex flex-col gap-3",
    )


def _line(one: rx.Var[LineView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(one.title, class_name="font-medium"),
            rx.el.p(one.count, class_name="shrink-0 text-sm text-muted tabular-nums"),
            class_name="flex items-baseline justify-between gap-4",
        ),
        rx.el.p(one.purpose, class_name=theme.HINT),
        rx.el.p(
            f"Kept: {one.kept}",
            rx.cond(one.goes != "", f". The next goes by itself on {one.goes}", ""),
            class_name=theme.HINT,
        ),
        key=one.title,
        class_name="flex flex-col gap-1 p-4 md:px-5",
    )
