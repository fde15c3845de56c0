"""The dialog before something sensitive: a code from the person's own mailbox."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import code_field, error_line
from kaleipix_app.state.fresh import FreshCode


def fresh_code_dialog() -> rx.Component:
    """Put it once on every page that has sensitive actions."""
    return question(
        rx.el.h2("Confirm that it is you", id="fresh-title", class_name="text-lg font-semibold tracking-tight"),
        rx.el.p(
            rx.cond(FreshCode.sent, "We sent a code to ", "A code goes to "),
            rx.el.strong(FreshCode.email, class_name="text-ink wrap-anywhere"),
            ". After it you can change things for 10 minutes without another one.",
            class_name="text-sm text-muted",
        ),
        rx.el.form(
            code_field("fresh-code", "Code", FreshCode.error),
            error_line(FreshCode.error, "fresh-code-error"),
            rx.el.div(
                rx.el.button(
                    "Send a new code", type="button", on_click=FreshCode.resend, class_name=f"{theme.QUIET} -ml-3"
                ),
                rx.el.div(
                    rx.el.button("Cancel", type="button", on_click=FreshCode.dismiss, class_name=theme.SECONDARY),
                    rx.el.button("Confirm", type="submit", class_name=theme.PRIMARY),
                    class_name="ml-auto flex gap-2",
                ),
                class_name="flex flex-wrap-reverse items-center justify-between gap-2",
            ),
            key=FreshCode.version.to_string(),
            on_submit=FreshCode.confirm,
            class_name="flex flex-col gap-4",
        ),
        open=FreshCode.shown,
        lasts=True,  # a phone may load the page anew while one looks for the code
        on_dismiss=FreshCode.dismiss,
        aria_labelledby="fresh-title",
        class_name="m-auto w-[min(26rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
