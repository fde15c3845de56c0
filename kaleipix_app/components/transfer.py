"""The transfer notice: who gets the picture, and where, before the first one goes there."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.state.composer import Composer


def transfer_notice() -> rx.Component:
    """Asked once for each account and provider."""
    place = Composer.notice
    return question(
        rx.el.h2(
            f"Before the first picture from {place.name}",
            id="transfer-title",
            class_name="text-lg font-semibold tracking-tight",
        ),
        rx.el.p(
            f"{place.name} ({place.company}) makes this picture on its machines. Your prompt, the picture you work from "
            f"and the settings go to: {place.country}. Neither your name nor your address goes with them.",
            class_name="text-sm text-muted",
        ),
        rx.el.p(
            place.kept,
            " The finished picture is copied here and shown to nobody but you.",
            class_name="text-sm text-muted",
        ),
        rx.el.p("This is asked once. The built-in engine works on this server alone.", class_name="text-sm text-muted"),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=Composer.decline, class_name=theme.SECONDARY),
            rx.el.button("I understand", type="button", on_click=Composer.acknowledge, class_name=theme.PRIMARY),
            class_name="mt-1 flex justify-end gap-2",
        ),
        open=place.provider != "",
        on_dismiss=Composer.decline,
        aria_labelledby="transfer-title",
        class_name="m-auto w-[min(28rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
