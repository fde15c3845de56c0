"""The strip under the stage: source, results of the same click, and what was made from the one that is shown."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.picture import picture
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import ResultView

_TILE = (
    "block size-12 shrink-0 overflow-hidden rounded-control border-2 border-transparent bg-raised "
    "aria-[current=true]:border-accent-text max-lg:size-11"
)


def lineage() -> rx.Component:
    """From its source through its siblings to what was made from it; nothing while it stands alone."""
    shown = Studio.stage
    is_alone = (shown.source == "") & (shown.others.length() < 2) & (shown.derived.length() == 0)
    return rx.cond(
        is_alone,
        rx.fragment(),
        rx.el.div(
            rx.cond(shown.source != "", rx.fragment(_source(), _arrow())),
            rx.foreach(shown.others, _other),
            rx.cond(shown.derived.length() > 0, rx.fragment(_arrow(), rx.foreach(shown.derived, _other))),
            role="group",
            aria_label="Where it comes from and what came of it",
            data_scrolls="",
            class_name="flex shrink-0 items-center justify-center-safe gap-1.5 overflow-x-auto",
        ),
    )


def _source() -> rx.Component:
    thumb = picture(f"/media/{Studio.stage.source}/thumb", "The source", 56, 56, class_name="size-full object-cover")
    return rx.cond(
        Studio.stage.source_is_result,
        rx.el.button(
            thumb,
            type="button",
            on_click=Studio.choose(Studio.stage.source),
            title="Show the source",
            class_name=f"{_TILE} cursor-pointer",
        ),
        rx.el.span(thumb, title="The source", class_name=_TILE),
    )


def _arrow() -> rx.Component:
    return rx.icon("chevron-right", size=16, class_name="shrink-0 text-muted")


def _other(result: rx.Var[ResultView]) -> rx.Component:
    return rx.el.button(
        picture(
            result.thumb,
            result.alt,
            result.width,
            result.height,
            class_name="size-full object-cover",
        ),
        type="button",
        on_click=Studio.choose(result.id),
        key=result.id,
        aria_current=rx.cond(result.id == Studio.stage.id, "true", "false"),
        class_name=f"{_TILE} cursor-pointer",
    )
