"""The composer: sources, prompt, price button, model, shape, number and the model's own settings."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.model_picker import model_picker
from kaleipix_app.components.model_settings import model_settings
from kaleipix_app.components.price_button import COMPOSER_ERROR, price_button
from kaleipix_app.components.prompt_field import prompt_field
from kaleipix_app.components.prompt_history import history_button
from kaleipix_app.components.sources import sources
from kaleipix_app.state import offers
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.prompts import PromptHistory
from kaleipix_app.state.studio import Studio

_NOT_READY = ~Studio.ready


def composer() -> rx.Component:
    """One form; the button at its foot stays in reach. Only what the chosen model can be told is shown."""
    return rx.el.form(
        rx.el.h2("Create", class_name="sr-only"),
        rx.el.input(type="hidden", name="begun", value=Composer.begun),
        rx.cond(Composer.controls.takes_source, sources()),
        _prompt(),
        _model(),
        model_settings(),
        price_button(),
        on_submit=Composer.generate,
        aria_label="Composer",
        class_name="flex flex-col gap-5 max-lg:gap-4",
    )


def _prompt() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label("Prompt", html_for="prompt", class_name=theme.LABEL),
            history_button(),
            class_name="flex items-center justify-between",
        ),
        prompt_field(
            id="prompt",
            name="prompt",
            value=Composer.prompt,
            version=Composer.version,
            limit=offers.PROMPT_LIMIT,
            disabled=_NOT_READY,
            on_step=PromptHistory.step,
            wrong=(Composer.error != "") & (Composer.wrong == "prompt"),
            told_by=COMPOSER_ERROR,
            placeholder="Colours, mood, a place: “stained glass sunset over the ocean”",
            class_name=f"{theme.FIELD} min-h-22 max-lg:min-h-22 resize-none py-2.5 leading-relaxed",
        ),
        rx.cond(Studio.made.length() == 0, _examples()),
        class_name="flex flex-col gap-1.5",
    )


def _examples() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                example,
                type="button",
                on_click=Composer.use_example(example),
                disabled=_NOT_READY,
                class_name="rounded-full border border-line px-3 min-h-8 max-lg:min-h-11 text-xs text-muted transition-colors hover:bg-raised hover:text-ink cursor-pointer whitespace-nowrap",
            )
            for example in offers.EXAMPLES
        ],
        id="examples",
        data_scrolls="",
        class_name=f"{theme.SIDEWAYS} flex flex-wrap gap-1.5 max-lg:-mx-4 max-lg:flex-nowrap max-lg:pr-14 max-lg:pb-1 max-lg:pl-4",
    )


def _model() -> rx.Component:
    return rx.el.div(
        rx.el.span("Model", aria_hidden=True, class_name=theme.LABEL),
        model_picker(
            models=Composer.models,
            value=Composer.model,
            has_source=Composer.sources.length() > 0,
            disabled=_NOT_READY,
            on_choose=Composer.set_model,
        ),
        class_name="flex flex-col gap-2",
    )
