"""What can be done with all selected pictures, and the dialog that names collections."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.library import Library
from kaleipix_app.state.selection import Chosen

_ACTION = (
    "inline-flex items-center justify-center gap-1.5 min-h-10 shrink-0 px-3 rounded-control text-sm font-medium text-ink "
    "transition-colors hover:bg-raised cursor-pointer"
)


def selection_bar() -> rx.Component:
    """Low on the screen while anything is selected. The region is there before its text, for screen readers."""
    return rx.el.div(
        rx.el.p(
            rx.cond(Chosen.count != "", f"{Chosen.count} selected", ""),
            role="status",
            class_name="shrink-0 px-2 text-sm font-semibold tabular-nums empty:hidden",
        ),
        rx.cond(
            Chosen.count != "",
            rx.el.div(
                rx.cond(
                    ~Chosen.everything,
                    rx.el.button(
                        f"Select all {Library.total} matching",
                        type="button",
                        on_click=Chosen.select_all,
                        class_name=f"{_ACTION} text-accent-text",
                    ),
                ),
                _button("star", "Favourite", Chosen.mark(~Library.filter.favourites)),
                _into(),
                rx.cond(
                    Library.filter.collection != "", _button("folder-minus", "Remove from collection", Chosen.take_out)
                ),
                _button("share-2", "Share", Chosen.share),
                _button(
                    "folder-archive", "ZIP", Chosen.zip, title="One file with the pictures, their sources and settings"
                ),
                _button("trash-2", "Delete", Chosen.delete(""), "hover:text-danger"),
                _button("x", "Clear", Chosen.clear),
                class_name="flex min-w-0 flex-wrap items-center gap-x-1 lg:flex-nowrap",
            ),
        ),
        role="group",
        aria_label="Selection",
        class_name=rx.cond(
            Chosen.count != "",
            "fixed inset-x-3 bottom-17 z-30 mx-auto flex max-w-fit flex-col rounded-panel border border-edge bg-surface p-1.5 shadow-float sm:flex-row sm:items-center lg:bottom-6",
            "sr-only",
        ),
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
        Library.filter.collection != "",
        rx.el.div(
            rx.el.button("Rename", type="button", on_click=Chosen.ask_name("rename"), class_name=theme.QUIET),
            rx.el.button(
                "Delete collection",
                type="button",
                on_click=Chosen.ask_name("delete"),
                class_name=f"{theme.QUIET} hover:text-danger",
            ),
            class_name="flex whitespace-nowrap",
        ),
    )


def collection_question() -> rx.Component:
    """One dialog: a name for a new or a known collection, or whether it goes."""
    return question(
        rx.el.h2(
            rx.match(
                Chosen.naming,
                ("rename", "Rename collection"),
                ("delete", "Delete this collection?"),
                "New collection",
            ),
            id="collection-title",
            class_name="text-lg font-semibold tracking-tight",
        ),
        rx.el.form(
            rx.cond(
                Chosen.naming == "delete",
                rx.el.p("Its pictures stay in the library.", class_name="text-sm text-muted"),
                rx.el.div(
                    rx.el.label("Name", html_for="collection-name", class_name=theme.LABEL),
                    rx.el.input(
                        id="collection-name",
                        name="name",
                        max_length=60,
                        required=True,
                        class_name=f"{theme.FIELD} h-11",
                    ),
                    class_name="flex flex-col gap-1.5",
                ),
            ),
            error_line(Chosen.error),
            rx.el.div(
                rx.el.button("Cancel", type="button", on_click=Chosen.ask_name(""), class_name=theme.SECONDARY),
                rx.el.button(
                    rx.match(Chosen.naming, ("rename", "Rename"), ("delete", "Delete collection"), "Create"),
                    type="submit",
                    class_name=f"{theme.PRIMARY} min-h-10",
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
