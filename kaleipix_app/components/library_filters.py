"""The library's filter: one search field, chips for the rest, and what is set can be taken off."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.state.library import Library
from kaleipix_app.state.library_views import OptionView

_CHIP = (
    "h-9 max-lg:h-11 shrink-0 rounded-full border border-edge bg-surface px-3 text-sm text-ink transition-colors hover:bg-raised "
    "disabled:opacity-50 cursor-pointer aria-pressed:border-accent-text aria-pressed:text-accent-text "
    "data-set:border-accent-text data-set:text-accent-text"
)


def filters() -> rx.Component:
    """Everything changes the address; the list follows."""
    return rx.el.section(
        rx.el.div(
            rx.icon(
                "search", size=18, class_name="pointer-events-none absolute left-3 top-1/2 -translate-y-1/2 text-muted"
            ),
            rx.el.input(
                type="search",
                default_value=Library.filter.text,
                key=Library.search_version,
                on_change=lambda value: Library.narrow("q", value).debounce(300),
                placeholder="Search in prompts",
                aria_label="Search in prompts",
                max_length=200,
                disabled=~Library.ready,
                class_name=f"{theme.FIELD} h-11 pl-10",
            ),
            class_name="relative w-full lg:max-w-sm",
        ),
        rx.el.div(
            _toggle("Favourites", Library.filter.favourites, "favourites", "1"),
            _choice("Kind", "kind", Library.filter.kind, [("result", "Results"), ("source", "Sources")]),
            _choice("Model", "model", Library.filter.model, Library.models),
            _choice("Provider", "provider", Library.filter.provider, Library.providers),
            _choice("Collection", "collection", Library.filter.collection, Library.collections),
            _day("From", "from", Library.filter.since),
            _day("To", "to", Library.filter.until),
            _toggle("Oldest first", Library.filter.oldest, "sort", "oldest"),
            rx.cond(
                Library.filter.is_set,
                rx.el.button(
                    "Clear",
                    type="button",
                    on_click=Library.show_everything,
                    class_name=f"{theme.QUIET} shrink-0 max-lg:-order-1 max-lg:-ml-3",  # never out of sight
                ),
            ),
            data_scrolls="",
            class_name=f"{theme.SIDEWAYS} -mx-4 flex items-center gap-2 px-4 py-1 max-lg:pr-14 lg:mx-0 lg:flex-wrap lg:px-0",
        ),
        role="search",
        aria_label="Filter",
        class_name="flex flex-col gap-2",
    )


def _toggle(label: str, on: rx.Var[bool], key: str, value: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        on_click=Library.narrow(key, rx.cond(on, "", value)),
        aria_pressed=rx.cond(on, "true", "false"),
        disabled=~Library.ready,
        class_name=_CHIP,
    )


def _choice(
    label: str, key: str, value: rx.Var[str], options: list[tuple[str, str]] | rx.Var[list[OptionView]]
) -> rx.Component:
    """A chip that is a select: the platform's own list opens, also on a phone."""
    listed = (
        [rx.el.option(name, value=one) for one, name in options]
        if isinstance(options, list)
        else [rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value))]
    )
    return rx.el.select(
        rx.el.option(f"Any {label.lower()}", value=""),
        *listed,
        value=value,
        on_change=lambda chosen: Library.narrow(key, chosen),
        aria_label=label,
        disabled=~Library.ready,
        custom_attrs={"data-set": rx.cond(value != "", "", rx.Var("undefined"))},
        # As wide as what is chosen, not as the longest that could be; a long name is cut.
        class_name=f"{_CHIP} max-w-48 text-ellipsis [field-sizing:content]",
    )


def _day(label: str, key: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="text-muted"),
        rx.el.input(
            type="date",
            default_value=value,
            key=f"{key}-{value}",
            on_change=lambda day: Library.narrow(key, day).debounce(600),
            disabled=~Library.ready,
            class_name="h-full bg-transparent text-ink",
        ),
        custom_attrs={"data-set": rx.cond(value != "", "", rx.Var("undefined"))},
        class_name=f"{_CHIP} flex items-center gap-2",
    )
