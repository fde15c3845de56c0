"""What every page has around its content: wordmark, header, theme switch, the line that says the connection is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex_base.vars.base import VarData
from reflex_components_core.core.banner import has_too_many_connection_errors

from kaleipix_app.components import theme
from kaleipix_app.components.connection import connection

# In the page itself: a request more would cost a slow connection longer than these few bytes. As a background it is
# drawn with its header; an image of the page would be read before anything else is shown.
_MARK = "data:image/svg+xml," + quote((Path(__file__).parents[2] / "assets" / "mark.svg").read_text())

_COLUMN = "flex flex-col gap-8"
_WAITING = (  # out of sight, with a panel where they begin
    "relative invisible before:visible before:absolute before:inset-x-0 before:top-0 before:h-40 before:animate-breathe "
    "before:rounded-panel before:border before:border-line before:bg-surface"
)
# Unlike `is_hydrated`, which is false again on the way to every page.
_SCRIPT_RUNS = rx.Var(
    "kxScriptRuns",
    _var_data=VarData(
        hooks={"const kxScriptRuns = useSyncExternalStore(() => () => {}, () => true, () => false)": None},
        imports={"react": ["useSyncExternalStore"]},
    ),
).to(bool)


def wordmark(href: str = "/", *, name_class: str = "") -> rx.Component:
    """Mark and name, linked home."""
    return rx.el.a(
        rx.el.span(style={"background-image": f'url("{_MARK}")'}, class_name="size-7"),
        rx.el.span("Kaleipix", class_name=f"text-lg font-semibold tracking-tight {name_class}"),
        href=href,
        aria_label="Kaleipix, home",
        class_name="flex min-h-11 min-w-11 items-center gap-2 rounded-control",
    )


def theme_switch() -> rx.Component:
    """Dark or light; kept in this browser."""
    return rx.el.button(
        rx.color_mode_cond(rx.icon("moon", size=18), rx.icon("sun", size=18)),
        type="button",
        on_click=rx.toggle_color_mode,
        aria_label="Switch between dark and light",
        title="Switch between dark and light",
        disabled=~_SCRIPT_RUNS,
        class_name=theme.ICON,
    )


def skip_link() -> rx.Component:
    """The first stop of the Tab key."""
    return rx.el.a(
        "Skip to content",
        href="#content",
        class_name="sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-4 focus:z-50 focus:rounded-control "
        "focus:bg-surface focus:px-4 focus:py-2 focus:shadow-float",
    )


def error_line(sentence: rx.Var[str], line_id: str = "") -> rx.Component:
    """A sentence that says what is wrong and what to do; nothing when it is empty."""
    return rx.cond(
        sentence != "",
        rx.el.p(
            rx.icon("circle-alert", size=18, class_name="mt-0.5 shrink-0"),
            rx.el.span(sentence),
            role="alert",
            **({"id": line_id} if line_id else {}),
            class_name="flex gap-2 rounded-control bg-danger-soft px-3 py-2 text-sm text-danger",
        ),
    )


def told_wrong(is_wrong: rx.Var[bool], line_id: str) -> dict[str, Any]:
    """For a field: it is marked, and the `error_line` with that id is read with it."""
    return {
        "aria_invalid": rx.cond(is_wrong, "true", "false"),
        "aria_describedby": rx.cond(is_wrong, line_id, rx.Var("undefined")),
    }


def code_field(name: str, label: str, error: rx.Var[str]) -> rx.Component:
    """Where a mailed code is typed; the line that says what is wrong with it has its name and `-error` as its id."""
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=theme.LABEL),
        rx.el.input(
            id=name,
            name="code",
            auto_focus=True,
            auto_complete="one-time-code",
            auto_capitalize="characters",
            spell_check=False,
            placeholder="K7QF-2M9D",
            **told_wrong(error != "", f"{name}-error"),
            class_name=f"{theme.FIELD} h-12 text-center text-xl tracking-[0.2em] uppercase placeholder:normal-case",
        ),
        class_name="flex flex-col gap-1.5",
    )


def once_here(ready: rx.Var[bool], *sections: rx.Component) -> rx.Component:
    """A column that waits until all it shows is there: what still moves under a finger is missed."""
    return rx.el.div(*sections, class_name=rx.cond(ready, _COLUMN, f"{_COLUMN} {_WAITING}"))


@rx.memo
def offline_bar() -> rx.Component:
    """Says that the server cannot be reached; goes away by itself."""
    return connection(
        lost=has_too_many_connection_errors,
        class_name="pointer-events-none fixed inset-x-4 top-12.5 z-50 flex justify-center",
    )


def server_link(*content: str | rx.Component, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """To what the server answers itself: a plain `rx.el.a` would look for a page of the build."""
    return rx.el.a(*content, href=href, custom_attrs={"reloadDocument": True}, **props)


def policy_links() -> rx.Component:
    """To the pages that the server renders from the settings."""
    return rx.el.nav(
        *(
            server_link(
                name,
                href=f"/{name.lower()}",
                class_name="inline-flex items-center hover:text-ink hover:underline max-lg:min-h-11 max-lg:min-w-11",
            )
            for name in ("Privacy", "Terms", "Cookies")
        ),
        aria_label="Policies",
        class_name="flex gap-4 text-sm text-muted",
    )


def plain_page(*children: rx.Component, action: rx.Component | None = None) -> rx.Component:
    """Header and a centred column: landing, login, unknown page."""
    return rx.el.div(
        rx.el.header(
            skip_link(),
            rx.el.div(
                wordmark(),
                rx.el.div(theme_switch(), action or rx.fragment(), class_name="flex items-center gap-2"),
                class_name="mx-auto flex h-16 max-w-6xl items-center justify-between px-4 md:px-6",
            ),
        ),
        rx.el.main(*children, id="content", class_name="mx-auto w-full max-w-6xl grow px-4 md:px-6"),
        rx.el.footer(
            rx.el.p(
                "Kaleipix is open to run yourself. No trackers, nothing loaded from elsewhere.", class_name=theme.HINT
            ),
            policy_links(),
            class_name="mx-auto flex w-full max-w-6xl flex-wrap justify-between gap-x-8 gap-y-3 px-4 py-8 md:px-6",
        ),
        class_name="flex min-h-dvh flex-col bg-canvas",
    )
