"""The end of an account: said plainly, asked once more, confirmed by a fresh code."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.deletion import AccountDeletion

_DANGER = f"{theme.SECONDARY} text-danger"


def delete_account() -> rx.Component:
    """Section and dialog."""
    return rx.el.section(
        rx.el.h2("Your data", id="your-data", class_name="font-semibold"),
        rx.el.div(
            _row(
                "Privacy centre",
                "What is stored about you, a copy of all of it, and your rights.",
                rx.el.a(
                    "Open", href="/account/privacy", aria_label="Open the privacy centre", class_name=theme.SECONDARY
                ),
            ),
            rx.el.div(
                _row(
                    "Delete account",
                    "Pictures and prompts go at once. The account comes back if you sign in within 30 days.",
                    rx.el.button(
                        "Delete",
                        type="button",
                        aria_label="Delete account",
                        on_click=AccountDeletion.ask,
                        class_name=f"{_DANGER} shrink-0",
                    ),
                ),
                error_line(AccountDeletion.error),
                class_name="flex flex-col gap-3 border-t border-line",
            ),
            class_name=theme.PANEL,
        ),
        _question(),
        aria_labelledby="your-data",
        class_name="flex flex-col gap-3",
    )


def _row(title: str, text: str, button: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(title, class_name="font-medium"), rx.el.p(text, class_name=theme.HINT), class_name="min-w-0 grow"
        ),
        button,
        class_name="flex items-center gap-4 p-4 md:p-5",
    )


def _question() -> rx.Component:
    return question(
        rx.el.h2("Delete your account?", id="delete-title", class_name="text-lg font-semibold tracking-tight"),
        rx.el.ul(
            rx.el.li("All your pictures and prompts are gone at once and cannot be taken back."),
            rx.el.li("You are signed out everywhere."),
            rx.el.li("Your account, without them, comes back if you sign in within 30 days. After that it is erased."),
            rx.el.li("The generation log (user, prompt, model, time) stays until it is 12 months old."),
            class_name="flex list-disc flex-col gap-1.5 pl-5 text-sm text-muted",
        ),
        rx.el.p(
            "You may want a ",
            rx.el.a("copy of your data", href="/account/privacy", class_name="underline"),
            " first.",
            class_name="text-sm text-muted",
        ),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=AccountDeletion.dismiss, class_name=theme.SECONDARY),
            rx.el.button("Delete my account", type="button", on_click=AccountDeletion.delete, class_name=_DANGER),
            class_name="flex flex-wrap justify-end gap-2",
        ),
        open=AccountDeletion.asked,
        on_dismiss=AccountDeletion.dismiss,
        aria_labelledby="delete-title",
        class_name="m-auto w-[min(28rem,calc(100vw-2rem))] flex-col gap-4 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
