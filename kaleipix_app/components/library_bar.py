"""What can be done with all selected pictures, and the dialog that names collections."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line, told_wrong
from kaleipix_app.state.library import Library
from kaleipix_app.state.selection import Chosen

_ACTION = (
    "inline-flex items-center justify-center gap-1.5 min-h-10 shrink-0 px-3 rounded-control text-sm font-medium "
    "transition-colors hover:bg-raised cursor-pointer max-lg:min-h-11"
)
_COMMON = "max-lg:-order-1 max-lg:px-2"


def selection_bar() -> rx.Component:
    """Low on the screen while anything is selected: a line on a desk, two on a phone."""
    is_any = Chosen.count != ""
    return rx.el.div(
        rx.el.div(
            rx.el.p(  # here before its text, for screen readers
                rx.cond(is_any, f"{Chosen.count} selected", ""),
                role="status",
                class_name="shrink-0 px-2 text-sm font-semibold tabular-nums empty:hidden",
            ),
            rx.cond(is_any & ~Chosen.everything, _select_all()),
            rx.cond(is_any, _button("x", "Clear", Chosen.clear, "ml-auto max-lg:px-2 lg:order-last lg:ml-0")),
            class_name="flex items-center lg:contents",
        ),
        rx.cond(is_any, _actions()),
        role="group",
        aria_label="Selection",
        class_name=rx.cond(
            is_any,
            "fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 flex flex-col rounded-panel border border-edge bg-surface p-1.5 shadow-float lg:bottom-6 lg:mx-auto lg:max-w-fit lg:flex-row lg:items-center",
            "sr-only",
        ),
    )


def pick_button() -> rx.Component:
    """For fingers: from now on a tap selects. A long press does the same, but nothing says so."""
    selects = Chosen.picking | (Chosen.count != "")
    return rx.cond(
        Library.found > 0,
        rx.el.button(
            rx.cond(selects, "Cancel", "Select"),
            type="button",
            on_click=Chosen.pick(~selects),
            class_name="hidden min-h-11 min-w-11 items-center px-2 text-sm font-medium text-muted hover:text-ink cursor-pointer [@media(hover:none)]:inline-flex",
        ),
    )


def _select_all() -> rx.Component:
    return rx.el.button(
        rx.el.span(
            f"Select all {Library.total}",
            rx.el.span(" matching", class_name="max-lg:sr-only"),  # with many, more would not fit on a phone
        ),
        type="button",
        on_click=Chosen.select_all,
        class_name=f"{_ACTION} text-accent-text max-lg:px-2",
    )


def _actions() -> rx.Component:
    """What is wanted most comes first on a phone, where the row runs on sideways."""
    return rx.el.div(
        _button("star", "Favourite", Chosen.mark(~Library.filter.favourites), _COMMON),
        _into(),
        rx.cond(Library.filter.collection != "", _button("folder-minus", "Remove from collection", Chosen.take_out)),
        _button("share-2", "Share", Chosen.share, _COMMON),
        _button(
            "folder-archive", "ZIP", Chosen.zip, _COMMON, title="One file with the pictures, their sources and settings"
        ),
        _button("trash-2", "Delete", Chosen.delete(""), f"hover:text-danger {_COMMON}"),
        # Room for the ring of what has the focus, which this row would cut off.
        class_name=f"{theme.SIDEWAYS} flex min-w-0 items-center gap-x-1 max-lg:-m-1 max-lg:p-1 max-lg:pr-14",
    )


def _button(icon: str, label: str, on_click: rx.event.EventType, class_name: str = "", title: str = "") -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16),
        label,
        type="button",
        on_click=on_click,
        title=title or label,
        class_name=f"{_ACTION} {class_name}",
    )


def _into() -> rx.Component:
    return rx.fragment(
        rx.el.select(
            rx.el.option("Add to collection", value=""),
            rx.foreach(Library.collections, lambda one: rx.el.option(one.label, value=one.value)),
            value="",
            on_change=Chosen.put_into,
            aria_label="Add to collection",
            hidden=Library.collections.length() == 0,
            class_name=f"{_ACTION} max-w-44 bg-surface [&[hidden]]:hidden",
        ),
        _button("folder-plus", "New collection", Chosen.ask_name("new")),
    )


def collection_tools() -> rx.Component:
    """Beside the heading while a collection is looked at."""
    return rx.cond(
        Library.collection != "",
        rx.el.div(
            # On a desk its chip is always in view.
            rx.el.p(
                Library.collection, class_name="basis-full px-3 font-medium wrap-anywhere whitespace-normal lg:hidden"
            ),
            rx.el.button("Rename", type="button", on_click=Chosen.ask_name("rename"), class_name=theme.QUIET),
            rx.el.button(
                "Delete collection",
                type="button",
                on_click=Chosen.ask_name("delete"),
                class_name=f"{theme.QUIET} hover:text-danger",
            ),
            # On a phone below the heading and flush with it.
            class_name="flex whitespace-nowrap max-lg:-ml-3 max-lg:w-full max-lg:flex-wrap lg:ml-auto",
        ),
    )


def collection_question() -> rx.Component:
    """One dialog: a name for a new or a known collection, or whether it goes."""
    return question(
        rx.el.h2(
            rx.match(
                Chosen.naming,
                ("rename", "Rename collection"),
                ("delete", f"Delete “{Chosen.about}”?"),
                "New collection",
            ),
            id="collection-title",
            class_name="text-lg font-semibold tracking-tight wrap-anywhere",
        ),
        rx.cond(
            Chosen.naming == "new",
            rx.el.p(
                rx.cond(
                    Chosen.count == "1",
                    "The selected picture goes into it.",
                    f"The {Chosen.count} selected pictures go into it.",
                ),
                class_name=theme.HINT,
            ),
        ),
        rx.el.form(
            rx.cond(
                Chosen.naming == "delete",
                rx.el.p("Its pictures stay in the library.", class_name=theme.HINT),
                rx.el.div(
                    rx.el.label("Name", html_for="collection-name", class_name=theme.LABEL),
                    rx.el.input(
                        id="collection-name",
                        name="name",
                        default_value=rx.cond(Chosen.naming == "rename", Chosen.about, ""),
                        max_length=60,
                        required=True,
                        **told_wrong(Chosen.error != "", "collection-error"),
                        class_name=f"{theme.FIELD} h-11",
                    ),
                    class_name="flex flex-col gap-1.5",
                ),
            ),
            error_line(Chosen.error, "collection-error"),
            rx.el.div(
                rx.el.button("Cancel", type="button", on_click=Chosen.ask_name(""), class_name=theme.SECONDARY),
                rx.el.button(
                    rx.match(Chosen.naming, ("rename", "Rename"), ("delete", "Delete collection"), "Create"),
                    type="submit",
                    class_name=rx.cond(Chosen.naming == "delete", theme.DANGER, theme.PRIMARY),
                ),
                class_name="flex justify-end gap-2",
            ),
            key=Chosen.naming,
            on_submit=Chosen.name,
            class_name="flex flex-col gap-4",
        ),
        open=Chosen.naming != "",
        on_dismiss=Chosen.ask_name(""),
        aria_labelledby="collection-title",
        class_name="m-auto w-[min(26rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
