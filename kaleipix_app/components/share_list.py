"""The list of links, and the question before all of them end."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.navigation import STUDIO, room_address
from kaleipix_app.components.picture import picture
from kaleipix_app.components.question import question
from kaleipix_app.components.shell import error_line
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.share_views import LinkView
from kaleipix_app.state.shares import Shares


def share_list() -> rx.Component:
    """Heading and everything below it."""
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Share links", class_name="text-2xl font-semibold tracking-tight"),
            rx.cond(
                Shares.links.length() > 0,
                rx.el.button("Revoke all", type="button", on_click=Shares.ask_all, class_name=theme.QUIET),
            ),
            class_name="flex min-h-9 items-center justify-between gap-2",
        ),
        rx.el.div(
            rx.cond(Shares.told != "", rx.el.p(Shares.told, class_name="rounded-control bg-raised px-3 py-2 text-sm")),
            role="status",
        ),
        error_line(Shares.error),
        rx.cond(
            Shares.links.length() > 0,
            rx.el.ul(rx.foreach(Shares.links, _link), class_name=f"{theme.PANEL} divide-y divide-line"),
            rx.cond(
                Shares.ready,
                _nothing(),
                rx.el.div(aria_hidden=True, class_name=f"{theme.PANEL} h-28"),
            ),
        ),
        rx.cond(Shares.taken_down.length() > 0, _taken_down()),
        rx.cond(
            Shares.has_more,
            rx.el.button("Show older", type="button", on_click=Shares.show_more, class_name=theme.SECONDARY),
        ),
        rx.cond(
            Shares.is_full,
            rx.el.p("Older links come up here when newer ones have been revoked.", class_name=theme.HINT),
        ),
        rx.el.p(
            "Views are a count and nothing else: who looks at a link is not recorded anywhere.", class_name=theme.HINT
        ),
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.icon("link", size=32, class_name="text-muted"),
        rx.el.p("Nothing is shared", class_name="text-xl font-semibold tracking-tight"),
        rx.el.p(
            "A link shows a picture to whoever holds it, as long as you want. It is made with “Share”, below the picture.",
            class_name="max-w-md text-center text-muted",
        ),
        rx.el.a("Open the studio", href=room_address(Shares.name, STUDIO), class_name=theme.PRIMARY),
        class_name="flex flex-col items-center gap-3 py-16",
    )


def _link(one: rx.Var[LinkView]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            one.thumb != "",
            picture(one.thumb, "", 64, 64, class_name="size-16 shrink-0 rounded-control bg-raised object-cover"),
            rx.el.div(aria_hidden=True, class_name="size-16 shrink-0 rounded-control bg-raised"),
        ),
        rx.el.div(
            rx.el.a(
                one.title,
                href=one.address,
                target="_blank",
                rel="noopener",
                class_name="block truncate font-medium underline-offset-4 hover:underline",
            ),
            rx.el.p(one.shows, class_name="text-sm text-muted"),
            rx.el.p(f"{one.ends} · {one.views}", class_name="text-sm text-muted tabular-nums"),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            rx.cond(
                one.thumb != "",  # without a picture there is nothing to show, and nothing to choose
                rx.el.button(
                    "Edit",
                    type="button",
                    on_click=ShareDialog.ask_link(one.id),
                    aria_label=f"Edit: {one.title}",
                    class_name=theme.SECONDARY,
                ),
            ),
            rx.el.button(
                "Revoke",
                type="button",
                on_click=Shares.revoke(one.id),
                aria_label=f"Revoke: {one.title}",
                class_name=f"{theme.QUIET} min-h-10 hover:text-danger",
            ),
            class_name="flex shrink-0 gap-1 max-sm:w-full",
        ),
        key=one.id,
        class_name="flex items-center gap-4 p-4 max-sm:flex-wrap md:px-5",
    )


def _taken_down() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Taken down", id="taken-down", class_name="text-lg font-semibold tracking-tight"),
        rx.el.ul(
            rx.foreach(
                Shares.taken_down,
                lambda one: rx.el.li(
                    picture(
                        one.thumb, "", 64, 64, class_name="size-16 shrink-0 rounded-control bg-raised object-cover"
                    ),
                    rx.el.p(one.sentence, class_name="text-sm"),
                    key=one.id,
                    class_name="flex items-center gap-4 p-4 md:px-5",
                ),
            ),
            class_name=f"{theme.PANEL} divide-y divide-line",
        ),
        aria_labelledby="taken-down",
        class_name="flex flex-col gap-3",
    )


def revoke_all_question() -> rx.Component:
    """All at once cannot be taken back."""
    return question(
        rx.el.h2("Revoke all links?", id="revoke-title", class_name="text-lg font-semibold tracking-tight"),
        rx.el.p("Every link stops working now, for everybody who has it.", class_name="text-sm text-muted"),
        rx.el.div(
            rx.el.button("Keep", type="button", on_click=Shares.dismiss, class_name=theme.SECONDARY),
            rx.el.button("Revoke all links", type="button", on_click=Shares.revoke_all, class_name=theme.DANGER),
            class_name="mt-1 flex justify-end gap-2",
        ),
        open=Shares.asks_all,
        on_dismiss=Shares.dismiss,
        aria_labelledby="revoke-title",
        class_name="m-auto w-[min(26rem,calc(100vw-2rem))] flex-col gap-3 rounded-panel border border-line bg-surface p-5 text-ink shadow-float open:flex backdrop:bg-black/60",
    )
