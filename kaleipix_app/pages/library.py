"""The library: everything that a person keeps, by date, with its filter and what can be done with many at once."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.farewell import while_signed_in
from kaleipix_app.components.header import workspace_header
from kaleipix_app.components.library_bar import collection_question, collection_tools, pick_button, selection_bar
from kaleipix_app.components.library_filters import filters
from kaleipix_app.components.library_grid import library_grid
from kaleipix_app.components.navigation import STUDIO, links_link, room_address, room_tabs
from kaleipix_app.components.notice import notice_line
from kaleipix_app.components.picture import picture
from kaleipix_app.components.picture_detail import picture_detail
from kaleipix_app.components.policy_notice import policy_notice
from kaleipix_app.components.share_dialog import share_dialog
from kaleipix_app.components.shortcuts import LISTED_IN_LIBRARY, shortcuts
from kaleipix_app.components.trash import undo
from kaleipix_app.components.undo import told_line
from kaleipix_app.state.library import Library
from kaleipix_app.state.picture_detail import PictureDetail
from kaleipix_app.state.selection import Chosen


def library() -> rx.Component:
    """The page, while its session lives."""
    return while_signed_in(_library())


def _library() -> rx.Component:
    return rx.el.div(
        workspace_header(Library.username_shown, Library.ready, "/library", shortcuts(LISTED_IN_LIBRARY)),
        rx.el.main(
            rx.el.div(
                rx.el.h1("Library", class_name="text-2xl font-semibold tracking-tight"),
                rx.el.p(
                    rx.cond(Library.ready, rx.cond(Library.found == 1, "1 picture", f"{Library.total} pictures"), ""),
                    role="status",
                    class_name="text-sm whitespace-nowrap text-muted tabular-nums",
                ),
                rx.el.div(
                    pick_button(), links_link(Library.username_shown), class_name="-mr-3 ml-auto flex items-center"
                ),
                collection_tools(),
                class_name="flex min-h-9 flex-wrap items-baseline gap-x-3",
            ),
            # Nothing to look through, no tools for it.
            rx.cond(Library.ready & (Library.found == 0) & ~Library.filter.is_set, rx.fragment(), filters()),
            _error(),
            rx.cond(Library.ready, rx.cond(Library.found > 0, _grid(), _nothing()), _loading()),
            selection_bar(),
            told_line(
                Chosen.told, Chosen.cleared, undoable=Chosen.undoable, on_undo=Chosen.undo, on_done=Chosen.let_go
            ),
            undo(),
            id="content",
            class_name="flex w-full grow flex-col gap-4 px-4 pt-5 pb-40 lg:px-8",
        ),
        room_tabs(Library.username_shown, "/library"),
        picture_detail(),
        collection_question(),
        share_dialog(),
        policy_notice(),
        notice_line(),
        class_name="flex min-h-dvh flex-col bg-canvas",
    )


def _error() -> rx.Component:
    """Floats: whoever has scrolled far sees it too, and no picture moves."""
    return rx.cond(
        Library.error != "",
        rx.el.div(
            rx.icon("circle-alert", size=18, class_name="mt-0.5 shrink-0"),
            rx.el.span(Library.error, class_name="grow"),
            rx.el.button(
                rx.icon("x", size=16),
                type="button",
                on_click=Library.close_error,
                aria_label="Close",
                class_name="-my-1 grid size-8 max-lg:-my-3 max-lg:-mr-3 max-lg:size-11 shrink-0 place-items-center rounded-control hover:bg-surface cursor-pointer",
            ),
            role="alert",
            class_name="fixed inset-x-4 top-18 z-40 mx-auto flex max-w-xl items-start gap-2 rounded-panel border border-danger bg-danger-soft px-4 py-3 text-sm text-danger shadow-float",
        ),
    )


def _grid() -> rx.Component:
    return library_grid(
        page=Library.page,
        found=Library.found,
        days=Library.days,
        change=Library.change,
        cleared=Chosen.cleared,
        everything=Chosen.everything,
        selected=Chosen.count,
        picking=Chosen.picking,
        on_fill=Library.fill,
        on_days=Library.tell_days,
        on_zone=Library.set_zone,
        on_open=PictureDetail.show,
        on_favourite=PictureDetail.favourite,
        on_delete=Chosen.delete,
        on_toggle=Chosen.toggle,
        on_range=Chosen.span,
        on_all=Chosen.select_all,
        on_none=Chosen.clear,
        aria_label="Pictures",
        class_name="-mt-3",
    )


def _nothing() -> rx.Component:
    """Two different kinds of nothing: no picture at all, and none that the filter finds."""
    return rx.el.div(
        rx.cond(
            Library.filter.is_set,
            rx.fragment(
                rx.icon("search-x", size=40, class_name="text-muted"),
                rx.el.p("Nothing matches", class_name="text-xl font-semibold tracking-tight"),
                rx.el.p("Try other words or take a filter off.", class_name="text-muted"),
                rx.el.button(
                    "Show everything", type="button", on_click=Library.show_everything, class_name=theme.SECONDARY
                ),
            ),
            rx.fragment(
                picture(
                    "/samples/prompt-2.webp",
                    "",
                    320,
                    320,
                    class_name="size-40 rotate-2 rounded-panel object-cover shadow-float",
                ),
                rx.el.p("Your library is empty", class_name="relative text-xl font-semibold tracking-tight"),
                rx.el.p(
                    "Everything you make or bring is kept here, private to you.",
                    class_name="relative text-center text-muted",
                ),
                rx.el.a("Make a picture", href=room_address(Library.username_shown, STUDIO), class_name=theme.PRIMARY),
            ),
        ),
        on_mount=Chosen.clear,  # the grid is gone with its marks, and nobody sees what would be acted upon
        class_name="flex grow flex-col items-center justify-center gap-4 py-16",
    )


def _loading() -> rx.Component:
    return rx.el.div(
        *(rx.el.div(class_name="aspect-square animate-breathe rounded-control bg-raised") for _ in range(12)),
        aria_hidden=True,
        class_name="mt-13 grid grid-cols-3 gap-2 sm:grid-cols-4 lg:grid-cols-6",
    )
