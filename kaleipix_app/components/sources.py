"""The tray of source pictures in the composer."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.picture import picture
from kaleipix_app.components.trash import delete_source
from kaleipix_app.components.uploader import uploader
from kaleipix_app.state import offers
from kaleipix_app.state.composer import MOST_SOURCES, Composer
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import SourceView


def sources() -> rx.Component:
    """Thumbnails, the place where pictures are added, and the brush for models that repaint a part."""
    return rx.el.div(
        _tray(),
        rx.cond(
            Composer.sources.length() > 1,
            rx.el.p(f"Each picture is worked on by itself: {Composer.pictures} results in all.", class_name=theme.HINT),
        ),
        rx.cond(Composer.controls.takes_mask, rx.foreach(Composer.sources, _brush)),
        class_name="flex flex-col gap-2",
    )


def _brush(source: rx.Var[SourceView], number: rx.Var[int]) -> rx.Component:
    is_marked = Composer.masks.contains(source.id)
    which = rx.cond(Composer.sources.length() > 1, f" on picture {number + 1}", "")
    return rx.el.button(
        rx.cond(is_marked, rx.icon("check", size=16, class_name="text-ok"), rx.icon("brush", size=16)),
        rx.cond(is_marked, "Change the mask", "Mark what to repaint"),
        which,
        type="button",
        on_click=Composer.paint(source.id),
        key=source.id,
        class_name=rx.cond(is_marked, theme.SECONDARY, f"{theme.SECONDARY} border-accent-text"),
    )


def _tray() -> rx.Component:
    return uploader(
        rx.foreach(Composer.sources, _source),
        max_bytes=offers.UPLOAD_LIMIT,
        most=MOST_SOURCES,
        disabled=~Studio.ready,
        on_started=Composer.upload_started,
        on_uploaded=Composer.uploaded,
        on_failed=Composer.upload_failed,
        corner_class=theme.CORNER,
        disc_class=theme.DISC,
        class_name="flex flex-wrap gap-2",
    )


def _source(source: rx.Var[SourceView]) -> rx.Component:
    return rx.el.div(
        picture(source.thumb, source.label, 88, 88, class_name="size-full object-cover"),
        rx.el.button(
            rx.el.span(rx.icon("x", size=14), class_name=theme.DISC),
            type="button",
            on_click=Composer.remove_source(source.id),
            aria_label=f"Remove {source.label}",
            title="Take it out of the composer",
            class_name=f"{theme.CORNER} top-0 lg:top-1",
        ),
        delete_source(source),
        class_name="relative size-22 shrink-0 overflow-hidden rounded-control bg-raised lg:size-18",
    )
