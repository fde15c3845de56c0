"""The tray of source pictures in the composer."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components.picture import picture
from kaleipix_app.components.trash import delete_source
from kaleipix_app.components.uploader import uploader
from kaleipix_app.state import offers
from kaleipix_app.state.composer import MOST_SOURCES, Composer
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import SourceView


def sources() -> rx.Component:
    """Thumbnails, and the place where pictures are added."""
    return uploader(
        rx.foreach(Composer.sources, _source),
        max_bytes=offers.UPLOAD_LIMIT,
        most=MOST_SOURCES,
        disabled=~Studio.ready,
        on_started=Composer.upload_started,
        on_uploaded=Composer.uploaded,
        on_failed=Composer.upload_failed,
        class_name="flex flex-wrap gap-2",
    )


def _source(source: rx.Var[SourceView]) -> rx.Component:
    return rx.el.div(
        picture(source.thumb, source.label, 72, 72, class_name="size-full object-cover"),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            on_click=Composer.remove_source(source.id),
            aria_label=f"Remove {source.label}",
            class_name="absolute right-1 top-1 grid size-6 place-items-center rounded-full bg-surface text-ink shadow-raised cursor-pointer",
        ),
        delete_source(source),
        class_name="relative size-18 shrink-0 overflow-hidden rounded-control border border-line bg-raised",
    )
