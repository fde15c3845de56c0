"""What the chosen model can be told: number, shape, its own settings, seed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.state import offers
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.studio import Studio

_NOT_READY = ~Studio.ready
_CHIP = (
    "relative inline-flex min-h-10 max-lg:min-h-11 items-center justify-center gap-2 rounded-control border border-line bg-surface px-3 text-sm "
    "text-muted transition-colors hover:bg-raised has-checked:border-accent-text has-checked:bg-raised has-checked:text-ink "
    "has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text"
)
_HIT = "absolute inset-0 size-full cursor-pointer opacity-0 disabled:cursor-not-allowed"


def model_settings() -> rx.Component:
    """Nothing else than the model takes is shown; what only experts turn is folded away."""
    can = Composer.controls
    return rx.fragment(
        _group("Number of images", rx.foreach(can.counts, _count), columns="grid grid-cols-4 gap-2"),
        rx.cond(
            can.shapes.length() > 0,
            _group("Aspect ratio", rx.foreach(can.shapes, _shape), columns="grid grid-cols-4 gap-2"),
        ),
        rx.cond(can.folds, rx.fragment(), _own()),
        rx.cond(can.has_seed, _seed()),
        rx.cond(can.folds & (can.choices.length() + can.numbers.length() > 0), _advanced()),
    )


def _own() -> rx.Component:
    can = Composer.controls
    return rx.fragment(rx.foreach(can.choices, _choice), rx.foreach(can.numbers, _number))


def _advanced() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            "Advanced",
            rx.icon("chevron-down", size=16, class_name="transition-transform group-open:rotate-180"),
            class_name="flex min-h-11 cursor-pointer list-none items-center justify-between [&::-webkit-details-marker]:hidden rounded-control text-sm font-medium text-muted hover:text-ink",
        ),
        rx.el.div(_own(), class_name="flex flex-col gap-4 pt-2"),
        class_name="group border-t border-line pt-1",
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
            rx.el.span(
                style={"background-position": one.sample},
                class_name="h-14 w-full rounded-[6px] bg-[url(/samples/styles.webp)] bg-[length:600%_auto]",
            ),
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
            # A slider tells a number, and the handler reads one. What counts is where it comes to rest.
            on_change=lambda chosen: Composer.set_number(number.key, chosen.to_string()).debounce(80),
            disabled=_NOT_READY,
            class_name="h-8 w-full cursor-pointer accent-accent max-lg:h-11",
        ),
        class_name="flex flex-col",
    )
    return rx.cond((number.shown_by == "") | number.shown_for.contains(Composer.params[number.shown_by]), slider)


def _lock() -> rx.Component:
    """Takes the one of the picture on the stage; or lets chance decide again."""
    is_locked = Composer.seed != ""
    return rx.el.button(
        rx.cond(is_locked, rx.icon("lock", size=15), rx.icon("lock-open", size=15)),
        rx.cond(is_locked, "Locked", "Lock"),
        type="button",
        on_click=Composer.lock_seed(rx.cond(is_locked, "", Studio.stage.seed)),
        aria_pressed=rx.cond(is_locked, "true", "false"),
        title=rx.cond(is_locked, "Let chance decide again", "Keep the one of the picture on the stage"),
        class_name=f"{theme.QUIET} -my-2 -mr-3 aria-pressed:text-accent-text max-lg:-my-3",
    )


def _seed() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label("Seed", html_for="seed", class_name=theme.LABEL),
            rx.cond((Composer.seed != "") | (Studio.stage.seed != ""), _lock()),
            class_name="flex items-center justify-between",
        ),
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
