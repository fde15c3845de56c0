"""The button is the price tag. When credits are short it says how many; it is never dead without a reason."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.studio import Studio

COMPOSER_ERROR = "composer-error"
_SHORT = Composer.price - Studio.credits


def price_button() -> rx.Component:
    """At the foot of the composer, always in reach."""
    return rx.el.div(
        error_line(Composer.error, COMPOSER_ERROR),  # beside the button: always in view
        rx.el.p(Composer.missing, aria_live="polite", class_name="text-sm text-accent-text empty:hidden"),
        rx.el.button(
            rx.cond(Studio.ready & (_SHORT > 0), _short(), _enough()),
            type="submit",
            disabled=~Studio.ready,
            class_name=f"{theme.PRIMARY} w-full min-h-12 whitespace-nowrap px-1 max-lg:text-base lg:text-sm",
        ),
        class_name="z-30 flex flex-col gap-3 border-t border-line px-4 pt-3 pb-3 max-lg:fixed max-lg:inset-x-0 "
        "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] max-lg:bg-canvas lg:sticky lg:-bottom-5 lg:-mx-5 lg:-mb-5 lg:bg-surface lg:px-5 lg:pb-5",
    )


def _enough() -> rx.Component:
    noun = rx.cond(Composer.price == 1, "credit", "credits")
    return rx.fragment(
        # Not where the words need its room.
        rx.icon("sparkles", size=18, class_name="shrink-0 max-[23rem]:hidden lg:hidden"),
        rx.el.span(
            f"Generate {Composer.pictures} · {Composer.price} ",
            noun,
            rx.el.span(f" · {Composer.time}", class_name="font-normal"),
            class_name="tabular-nums",
        ),
    )


def _short() -> rx.Component:
    """The click opens the plans, which say what can be done."""
    return rx.fragment(
        rx.icon("coins", size=18, class_name="shrink-0"),
        rx.el.span(
            rx.el.span(f"Generate {Composer.pictures}: ", class_name="sr-only"),
            f"Need {_SHORT} more ",
            rx.cond(_SHORT == 1, "credit", "credits"),
            rx.el.span(
                f"This costs {Composer.price}, you have {Studio.credits}", class_name="block text-xs font-normal"
            ),
            class_name="leading-tight tabular-nums",
        ),
        rx.icon("chevron-right", size=18, class_name="shrink-0"),
    )
