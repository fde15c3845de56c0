"""The list of what was written before, in a dialog that becomes a sheet on a phone."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.prompts import PromptHistory, PromptView
from kaleipix_app.state.studio import Studio

# No accessible name in here holds the word of the field above: people and scripts find the field by it.


def history_button() -> rx.Component:
    """Beside the label of the prompt field."""
    return rx.el.button(
        rx.icon("history", size=15),
        "Earlier",
        type="button",
        on_click=PromptHistory.open,
        disabled=~Studio.ready,
        title="What you wrote before (Alt + ↑ and ↓)",
        class_name=f"{theme.QUIET} -my-2 -mr-3 max-lg:-my-3",
    )


def prompt_history() -> rx.Component:
    """Search, stars, and one click to use it again."""
    return question(
        rx.el.div(
            rx.el.h2(
                "What you wrote before", id="written-title", class_name="grow text-lg font-semibold tracking-tight"
            ),
            rx.el.button(
                rx.icon("x", size=18),
                type="button",
                on_click=PromptHistory.close,
                aria_label="Close",
                class_name=theme.ICON,
            ),
            class_name="flex items-center",
        ),
        error_line(PromptHistory.error),
        rx.el.div(
            rx.el.input(
                type="text",  # Escape would empty a search field instead of closing
                default_value="",
                key=f"search-{PromptHistory.is_open}",
                on_change=PromptHistory.search.debounce(150),
                placeholder="Search",
                aria_label="Search what you wrote",
                auto_complete="off",
                class_name=f"{theme.FIELD} h-10",
            ),
            rx.el.button(
                rx.icon("star", size=16),
                "Starred",
                type="button",
                on_click=PromptHistory.show_starred(~PromptHistory.only_starred),
                aria_pressed=rx.cond(PromptHistory.only_starred, "true", "false"),
                class_name=f"{theme.SECONDARY} shrink-0 aria-pressed:border-accent-text",
            ),
            class_name="flex gap-2",
        ),
        rx.cond(
            PromptHistory.found.length() > 0,
            rx.el.ul(
                rx.foreach(PromptHistory.found, _line),
                data_scrolls="",
                class_name="-mx-2 flex min-h-0 flex-col overflow-y-auto overscroll-contain",
            ),
            rx.el.p(
                rx.cond(
                    (PromptHistory.words != "") | PromptHistory.only_starred,
                    "Nothing of yours fits this.",
                    "What you write is listed here after you have generated with it.",
                ),
                class_name=theme.HINT,
            ),
        ),
        open=PromptHistory.is_open,
        on_dismiss=PromptHistory.close,
        aria_labelledby="written-title",
        class_name="m-auto h-[min(36rem,86dvh)] w-[min(34rem,100vw)] max-w-none flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60 max-sm:mb-0 max-sm:rounded-b-none",
    )


def _line(one: rx.Var[PromptView]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(one.prompt, class_name="line-clamp-2"),
            type="button",
            on_click=PromptHistory.use(one.id),
            class_name="min-h-11 grow rounded-control px-2 py-1.5 text-left text-sm hover:bg-raised cursor-pointer",
        ),
        rx.el.button(
            rx.icon("star", size=16, class_name=rx.cond(one.is_starred, "fill-current", "")),
            type="button",
            on_click=PromptHistory.star(one.id, ~one.is_starred),
            aria_label=f"Star: {one.prompt}",
            aria_pressed=rx.cond(one.is_starred, "true", "false"),
            class_name="grid size-11 shrink-0 place-items-center rounded-control text-muted hover:bg-raised aria-pressed:text-accent-text cursor-pointer",
        ),
        key=one.id,
        class_name="flex items-center",
    )
