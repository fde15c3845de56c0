"""The composer: sources, prompt, price button, model, shape, number and the model's own settings."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.picture import picture
from kaleipix_app.components.prompt_field import prompt_field
from kaleipix_app.components.shell import error_line
from kaleipix_app.components.trash import delete_source
from kaleipix_app.components.uploader import uploader
from kaleipix_app.state import offers
from kaleipix_app.state.composer import MOST_SOURCES, Composer
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import SourceView

_NOT_READY = ~Studio.ready
_CHIP = (
    "relative inline-flex min-h-10 items-center justify-center gap-2 rounded-control border border-line bg-surface px-3 text-sm "
    "text-muted transition-colors hover:bg-raised has-checked:border-accent-text has-checked:bg-raised has-checked:text-ink "
    "has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text"
)
_HIT = "absolute inset-0 size-full cursor-pointer opacity-0 disabled:cursor-not-allowed"


def composer() -> rx.Component:
    """One form; the button at its foot stays in reach. Only what the chosen model can be told is shown."""
    can = Composer.controls
    return rx.el.form(
        rx.el.h2("Create", class_name="sr-only"),
        rx.cond(can.takes_source, _sources()),
        _prompt(),
        _group("Number of images", rx.foreach(can.counts, _count), columns="grid grid-cols-4 gap-2"),
        rx.cond(
            can.shapes.length() > 0,
            _group("Aspect ratio", rx.foreach(can.shapes, _shape), columns="grid grid-cols-4 gap-2"),
        ),
        rx.foreach(can.choices, _choice),
        rx.foreach(can.numbers, _number),
        rx.cond(can.has_seed, _seed()),
        _models(),
        _generate(),
        on_submit=Composer.generate,
        aria_label="Composer",
        class_name="flex flex-col gap-5",
    )


def _sources() -> rx.Component:
    return uploader(
        rx.foreach(Composer.sources, _source),
        max_bytes=offers.UPLOAD_LIMIT,
        most=MOST_SOURCES,
        disabled=_NOT_READY,
        on_started=Composer.upload_started,
        on_uploaded=Composer.uploaded,
        on_failed=Composer.upload_failed,
        class_name="flex flex-wrap gap-2",
    )


def _source(source: rx.Var[SourceView]) -> rx.Component:
    return rx.el.div(
        picture(source.thumb, source.label, 72, 72, class_name="size-full object-cover"),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            on_click=Composer.remove_source(source.id),
            aria_label=f"Remove {source.label}",
            class_name="absolute right-1 top-1 grid size-6 place-items-center rounded-full bg-surface text-ink shadow-raised cursor-pointer",
        ),
        delete_source(source),
        class_name="relative size-18 shrink-0 overflow-hidden rounded-control border border-line bg-raised",
    )


def _prompt() -> rx.Component:
    return rx.el.div(
        rx.el.label("Prompt", html_for="prompt", class_name=theme.LABEL),
        prompt_field(
            id="prompt",
            name="prompt",
            value=Composer.prompt,
            version=Composer.version,
            limit=offers.PROMPT_LIMIT,
            disabled=_NOT_READY,
            placeholder="Colours, mood, a place: “stained glass sunset over the ocean”",
            class_name=f"{theme.FIELD} min-h-22 resize-none py-2.5 leading-relaxed",
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
                class_name="rounded-full border border-line px-3 min-h-8 text-xs text-muted transition-colors hover:bg-raised hover:text-ink cursor-pointer whitespace-nowrap",
            )
            for example in offers.EXAMPLES
        ],
        data_scrolls="",
        class_name="flex flex-wrap gap-1.5 max-lg:flex-nowrap max-lg:overflow-x-auto max-lg:-mx-4 max-lg:px-4 max-lg:pb-1",
    )


def _generate() -> rx.Component:
    noun = rx.cond(Composer.price == 1, "credit", "credits")
    return rx.el.div(
        error_line(Composer.error),  # beside the button: always in view
        rx.el.button(
            rx.icon("sparkles", size=18),
            rx.el.span(
                f"Generate {Composer.pictures} · {Composer.price} ",
                noun,
                rx.el.span(f" · {Composer.time}", class_name="font-normal"),
                class_name="whitespace-nowrap tabular-nums",
            ),
            type="submit",
            disabled=_NOT_READY,
            class_name=f"{theme.PRIMARY} w-full min-h-12 px-2",
        ),
        class_name="z-30 flex flex-col gap-3 border-t border-line px-4 pt-3 pb-3 max-lg:fixed max-lg:inset-x-0 "
        "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] max-lg:bg-canvas lg:sticky lg:-bottom-5 lg:-mx-5 lg:-mb-5 lg:bg-surface lg:px-5 lg:pb-5",
    )


def _group(legend: str | rx.Var[str], *options: rx.Component, columns: str) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(legend, class_name=f"{theme.LABEL} mb-2"),
        rx.el.div(*options, class_name=columns),
        disabled=_NOT_READY,
    )


def _radio(name: str | rx.Var[str], checked: rx.Var[bool], on_change: Any, label: str | rx.Var[str]) -> rx.Component:
    """The browser moves the choice at once and tells the server; it is mounted anew when the server changes it."""
    return rx.el.input(
        type="radio",
        name=name,
        default_checked=checked,
        key=f"{name}-{label}-{Composer.settings_version}",
        on_change=on_change,
        aria_label=label,
        class_name=_HIT,
    )


def _count(number: rx.Var[int]) -> rx.Component:
    return rx.el.label(
        rx.el.span(number),
        _radio("count", Composer.count == number, Composer.set_count(number), number.to_string()),
        class_name=_CHIP,
    )


def _shape(shape: rx.Var[offers.ShapeOffer]) -> rx.Component:
    return rx.el.label(
        rx.el.span(
            aria_hidden=True,
            style={"width": f"{shape.icon_width}px", "height": f"{shape.icon_height}px"},
            class_name="shrink-0 rounded-[2px] border-[1.5px] border-current",
        ),
        rx.el.span(shape.name),
        _radio("aspect_ratio", Composer.aspect_ratio == shape.name, Composer.set_aspect_ratio(shape.name), shape.name),
        title=shape.size,
        class_name=f"{_CHIP} px-1.5",
    )


def _choice(choice: rx.Var[offers.ChoiceOffer]) -> rx.Component:
    return _group(
        choice.label,
        rx.foreach(choice.options, lambda one: _value(choice, one)),
        columns="grid grid-cols-3 gap-2",
    )


def _value(choice: rx.Var[offers.ChoiceOffer], one: rx.Var[offers.ValueOffer]) -> rx.Component:
    return rx.el.label(
        rx.cond(
            one.sample != "",
            picture(one.sample, "", 96, 64, loading="lazy", class_name="h-14 w-full rounded-[6px] object-cover"),
        ),
        rx.el.span(one.label, class_name="text-center text-xs"),
        _radio(
            choice.key, Composer.params[choice.key] == one.value, Composer.set_choice(choice.key, one.value), one.label
        ),
        class_name=f"{_CHIP} flex-col gap-1 p-1 pb-2",
    )


def _number(number: rx.Var[offers.NumberOffer]) -> rx.Component:
    value = Composer.params[number.key].to(float)
    slider = rx.el.div(
        rx.el.div(
            rx.el.label(number.label, html_for=number.key, class_name=theme.LABEL),
            rx.el.span(value, aria_hidden=True, class_name="text-sm text-muted tabular-nums"),
            class_name="flex justify-between",
        ),
        rx.el.input(
            id=number.key,
            name=number.key,
            type="range",
            min=number.low,
            max=number.high,
            step=number.step,
            default_value=value,
            key=f"{number.key}-{Composer.settings_version}",
            on_change=lambda chosen: Composer.set_number(number.key, chosen).throttle(80),
            disabled=_NOT_READY,
            class_name="h-8 w-full cursor-pointer accent-accent",
        ),
        class_name="flex flex-col",
    )
    return rx.cond((number.shown_by == "") | number.shown_for.contains(Composer.params[number.shown_by]), slider)


def _seed() -> rx.Component:
    return rx.el.div(
        rx.el.label("Seed", html_for="seed", class_name=theme.LABEL),
        rx.el.input(
            id="seed",
            name="seed",
            default_value=Composer.seed,
            key=f"seed-{Composer.settings_version}",
            on_change=Composer.set_seed.debounce(120),
            input_mode="numeric",
            auto_complete="off",
            placeholder="By chance",
            aria_describedby="seed-hint",
            disabled=_NOT_READY,
            class_name=f"{theme.FIELD} h-10",
        ),
        rx.el.p("The same seed and settings give the same picture again.", id="seed-hint", class_name=theme.HINT),
        class_name="flex flex-col gap-1.5",
    )


def _models() -> rx.Component:
    return rx.el.div(
        rx.el.span("Model", aria_hidden=True, class_name=theme.LABEL),
        rx.el.div(
            rx.foreach(Composer.models, _model),
            role="radiogroup",
            aria_label="Model",
            class_name="flex flex-col gap-2",
        ),
        class_name="flex flex-col gap-2",
    )


def _model(offer: rx.Var[offers.ModelOffer]) -> rx.Component:
    return rx.el.label(
        rx.cond(
            offer.sample != "",
            picture(offer.sample, "", 48, 48, class_name="size-12 shrink-0 rounded-[6px] object-cover"),
            rx.el.span(
                rx.match(
                    offer.icon,
                    *[(name, rx.icon(name, size=20)) for name in offers.ICONS],
                    rx.icon("sparkles", size=20),
                ),
                aria_hidden=True,
                class_name="grid size-12 shrink-0 place-items-center rounded-[6px] bg-raised text-accent-text",
            ),
        ),
        rx.el.span(
            rx.el.span(
                offer.name,
                rx.el.span(f" · {offer.vendor}", class_name="font-normal text-muted"),
                class_name="font-medium text-ink",
            ),
            rx.el.span(offer.tagline, class_name="text-xs text-muted font-normal"),
            rx.el.span(
                f"{offer.task} · {offer.price} · {offer.time}", class_name="text-xs text-accent-text font-medium"
            ),
            class_name="flex flex-col gap-0.5 text-left",
        ),
        _radio(
            "model",
            Composer.model == offer.id,
            Composer.set_model(offer.id),
            f"{offer.name}, {offer.vendor}, {offer.price}",
        ),
        class_name=f"{_CHIP} justify-start gap-3 p-2",
    )
