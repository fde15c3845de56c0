"""The rooms of a workspace: links in the header on a desk, tabs at the foot of the screen on a phone."""

from __future__ import annotations

import reflex as rx
from reflex_base.vars.base import VarData

from kaleipix_app.components.phone_views import ACTIVITY, CREATE, view_link

_LINK = (
    "flex h-10 items-center gap-2 rounded-control px-3 text-sm font-medium text-muted hover:bg-raised hover:text-ink "
    "aria-[current=page]:bg-raised aria-[current=page]:text-ink"
)
_TAB = (
    "flex h-14 grow basis-0 flex-col items-center justify-center gap-0.5 text-xs font-medium text-muted "
    "aria-[current=page]:text-accent-text aria-[current=true]:text-accent-text"
)
STUDIO, LIBRARY, LINKS = "", "/library", "/shares"  # behind the workspace
_PLANS = "/plans"  # is everybody's, not behind the workspace
_IN_ADDRESS: rx.Var[str] = rx.Var(
    '(kxParams.username ?? "")',
    _var_data=VarData(hooks={"const kxParams = useParams()": None}, imports={"react-router": ["useParams"]}),
).to(str)
# Path behind the workspace, name on a desk, icon.
_ROOMS = ((STUDIO, "Studio", "sparkles"), (LIBRARY, "Library", "images"), (LINKS, "Links", "link"))


def rooms(username: rx.Var[str], current: str) -> rx.Component:
    """For the header; nothing on a phone."""
    return rx.el.nav(
        *(
            rx.el.a(
                rx.icon(icon, size=16, class_name="shrink-0"),
                name,
                href=room_address(username, path),
                aria_current=_current(path, current),
                class_name=_LINK,
            )
            for path, name, icon in _ROOMS
        ),
        rx.el.a(
            rx.icon("coins", size=16, class_name="shrink-0"),
            "Plans",
            href=_PLANS,
            aria_current=_current(_PLANS, current),
            class_name=_LINK,
        ),
        aria_label="Workspace",
        class_name="flex items-center gap-1 max-lg:hidden",
    )


def room_tabs(username: rx.Var[str], current: str, running: rx.Var[int] | None = None) -> rx.Component:
    """For the end of the page; only on a phone. What else is fixed there stands on top of it.

    The studio itself is two of them. The links lie in the library: there they stand beside the heading.
    """
    return rx.el.nav(
        _view_tab(username, current, CREATE, "Create", _face("sparkles")),
        rx.el.a(
            _face("images"),
            "Library",
            href=room_address(username, LIBRARY),
            aria_current="true" if current == LINKS else _current(LIBRARY, current),
            class_name=_TAB,
        ),
        _view_tab(username, current, ACTIVITY, "Activity", _face("activity", running)),
        aria_label="Workspace",
        class_name="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden",
    )


def links_link(username: rx.Var[str]) -> rx.Component:
    """To all share links, for the phone: its tabs have no room for them."""
    return rx.el.a(
        rx.icon("link", size=16, class_name="shrink-0"),
        "Links",
        href=room_address(username, LINKS),
        title="All your share links",
        class_name="flex min-h-11 items-center gap-1.5 rounded-control px-3 text-sm font-medium text-muted hover:text-ink lg:hidden",
    )


def room_address(username: rx.Var[str], path: str) -> rx.Var[str]:
    """Of a room, right from the first moment: before the state is here, the name in the address of the page counts.

    Where that has none, the landing page takes people home.
    """
    return rx.cond(username != "", f"/w/{username}{path}", rx.cond(_IN_ADDRESS != "", f"/w/{_IN_ADDRESS}{path}", "/"))


def _view_tab(username: rx.Var[str], current: str, view: str, name: str, face: rx.Component) -> rx.Component:
    if current == STUDIO:
        return view_link(face, name, view=view, class_name=_TAB)
    return rx.el.a(face, name, href=room_address(username, f"#{view}"), class_name=_TAB)


def _face(icon: str, count: rx.Var[int] | None = None) -> rx.Component:
    """An icon, and how many there are of what is behind it; the page itself tells that to screen readers."""
    number = "absolute -top-1.5 left-3 grid h-4 min-w-4 place-items-center rounded-full bg-accent px-1 text-[0.6875rem] leading-none font-semibold text-accent-ink tabular-nums"
    return rx.el.span(
        rx.icon(icon, size=20, class_name="shrink-0"),
        rx.fragment() if count is None else rx.cond(count > 0, rx.el.span(count, class_name=number)),
        aria_hidden=True,
        class_name="relative",
    )


def _current(path: str, current: str) -> str:
    return "page" if path == current else "false"
