"""Where a person lands who has just deleted the account: signed out, and told what happens now."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import plain_page


def account_deleted() -> rx.Component:
    """Says nothing about anybody, so anybody may see it."""
    return plain_page(
        rx.el.div(
            rx.el.h1("Your account is deleted", class_name="text-2xl font-semibold tracking-tight"),
            rx.el.p(
                "Your pictures and prompts are gone. The account itself stays for 30 days: sign in before that and it is "
                "yours again, without them. After that it is erased.",
                class_name="text-muted",
            ),
            rx.el.p("We wrote this to your address as well.", class_name="text-muted"),
            rx.el.a("Go to the start page", href="/", class_name=f"{theme.SECONDARY} self-start"),
            class_name=f"{theme.PANEL} mx-auto mt-[8vh] flex w-full max-w-md flex-col gap-4 p-6 shadow-raised md:p-8",
        )
    )
