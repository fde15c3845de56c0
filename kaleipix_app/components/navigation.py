"""The rooms of a workspace: links in the header on a desk, tabs at the foot of the screen on a phone."""

from __future__ import annotations

import reflex as rx

_LINK = (
    "flex h-10 items-center gap-2 rounded-control px-3 text-sm font-medium text-muted hover:bg-raised hover:text-ink "
    "aria-[current=page]:bg-raised aria-[current=page]:text-ink"
)
_TAB = (
    "flex h-14 grow basis-0 flex-col items-center justify-center gap-0.5 text-xs font-medium text-muted "
    "aria-[current=page]:text-accent-text"
)
# Path behind the workspace, name on a desk, name on a phone, icon. A new room is one line here.
_ROOMS = (
    ("", "Studio", "Create", "sparkles"),
    ("/library", "Library", "Library", "images"),
    ("/shares", "Links", "Links", "link"),
)


def rooms(username: rx.Var[str], current: str) -> rx.Component:
    """For the header; nothing on a phone."""
    return rx.el.nav(
        *(
            rx.el.a(
                rx.icon(icon, size=16, class_name="shrink-0"),
                name,
                href=_home(username) + path,
                aria_current=_current(path, current),
                class_name=_LINK,
            )
            for path, name, _, icon in _ROOMS
        ),
        rx.el.a(rx.icon("coins", size=16, class_name="shrink-0"), "Plans", href="/plans", class_name=_LINK),
        aria_label="Workspace",
        class_name="flex items-center gap-1 max-lg:hidden",
    )


def room_tabs(username: rx.Var[str], current: str) -> rx.Component:
    """For the end of the page; only on a phone. What else is fixed there stands on top of it."""
    return rx.el.nav(
        *(
            rx.el.a(
                rx.icon(icon, size=20, class_name="shrink-0"),
                name,
                href=_home(username) + path,
                aria_current=_current(path, current),
                class_name=_TAB,
            )
            for path, _, name, icon in _ROOMS
        ),
        aria_label="Workspace",
        class_name="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden",
    )


def _home(username: rx.Var[str]) -> rx.Var[str]:
    # The landing page takes people home, also before the name is here.
    return rx.cond(username != "", f"/w/{username}", "")


def _current(path: str, current: str) -> str:
    return "page" if path == current else "false"
