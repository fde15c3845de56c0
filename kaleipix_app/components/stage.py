"""The stage: one picture, as large as it fits, and what can be done with it."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.lineage import lineage
from kaleipix_app.components.picture import picture
from kaleipix_app.components.toolbar import toolbar
from kaleipix_app.components.trash import undo
from kaleipix_app.components.viewer import viewer
from kaleipix_app.state.studio import Studio

# The picture and its placeholder share one geometry, so nothing jumps: the frame is measured (container units) and
# the box takes the largest size of its shape that fits.
_FRAME = "flex min-h-0 grow items-center justify-center [container-type:size]"
STAGE_PANE = "min-w-0 max-lg:col-start-1 max-lg:row-start-1 lg:col-start-2 lg:row-start-1 lg:min-h-0 lg:p-6"
_BOX = "overflow-hidden rounded-control bg-raised"


def stage() -> rx.Component:
    """The chosen result; while nothing is chosen the first picture in the making; else an invitation."""
    return rx.el.section(
        rx.el.h2("Stage", id="stage-title", class_name="sr-only"),
        rx.cond(
            Studio.stage.id != "",
            _picture(),
            rx.cond(Studio.running > 0, _making(), rx.cond(Studio.ready, _empty(), _loading())),
        ),
        # On a desk over the two lines between picture and tools, where it covers no other button.
        undo(desk_class="lg:absolute lg:inset-x-0 lg:bottom-12"),
        id="stage",
        aria_labelledby="stage-title",
        # On a phone it has one height in every state, so that the composer never moves.
        class_name="lg:relative flex min-h-0 outline-none scroll-mt-20 flex-col gap-3 max-lg:h-[max(46dvh,24rem)] lg:h-full",
    )


def _picture() -> rx.Component:
    return rx.fragment(
        viewer(
            picture=Studio.stage.picture,
            before=rx.cond(Studio.stage.source != "", f"/media/{Studio.stage.source}/preview", ""),
            differs=Studio.stage.differs,
            box_class=f"relative {_BOX}",
            on_step=Studio.step,
            class_name=f"relative overflow-hidden {_FRAME}",
        ),
        _news(),
        lineage(),
        _told(),
        toolbar(),
    )


def _told() -> rx.Component:
    """Prompt and settings in two lines; all settings when they are opened."""
    shown = Studio.stage.picture
    return rx.el.details(
        rx.el.summary(
            rx.el.span(Studio.stage.prompt, class_name="line-clamp-1 font-medium"),
            rx.el.span(
                f"{Studio.stage.about} · seed {Studio.stage.seed} · {shown.width} × {shown.height}",
                class_name="block truncate text-sm text-muted tabular-nums",
            ),
            title="All settings (I)",
            custom_attrs={"data-key": "i"},
            class_name="cursor-pointer list-none rounded-control [&::-webkit-details-marker]:hidden",
        ),
        rx.el.div(
            rx.el.p(Studio.stage.prompt, class_name="text-sm"),
            rx.el.dl(
                rx.foreach(
                    Studio.stage.settings,
                    lambda one: rx.el.div(
                        rx.el.dt(one.label, class_name="text-xs text-muted"),
                        rx.el.dd(one.value, class_name="text-sm"),
                    ),
                ),
                class_name="grid grid-cols-3 gap-x-4 gap-y-2 max-sm:grid-cols-2",
            ),
            data_scrolls="",
            class_name="absolute inset-x-0 bottom-full z-10 mb-2 flex max-h-72 flex-col gap-3 overflow-y-auto rounded-panel border border-line bg-surface p-4 shadow-float",
        ),
        # On a phone a failure is told in its place.
        class_name=rx.cond(Studio.live.length() > Studio.running, "relative max-lg:invisible", "relative"),
    )


def _news() -> rx.Component:
    """Told once and badged; the picture on the stage stays unless following is on."""
    return rx.el.div(
        rx.cond(
            Studio.fresh > 0,
            rx.el.button(
                rx.icon("image-plus", size=16),
                rx.cond(Studio.fresh == 1, "1 new picture is ready", f"{Studio.fresh} new pictures are ready"),
                type="button",
                on_click=Studio.show_newest,
                class_name=f"{theme.SECONDARY} border-accent-text",
            ),
        ),
        aria_live="polite",
        class_name="flex justify-center empty:hidden",
    )


def _making() -> rx.Component:
    """A place of the final shape, filled by the preview as it grows."""
    first = Studio.first_running
    preview = rx.cond(first.preview != "", rx.el.img(src=first.preview, alt="", class_name="size-full object-cover"))
    return _framed(first.width, first.height, preview, "animate-breathe")


def _framed(width: rx.Var[int], height: rx.Var[int], content: rx.Component, class_name: str) -> rx.Component:
    shape = f"{width} / {height}"
    return rx.el.div(
        rx.el.div(
            content,
            style={"aspect-ratio": shape, "width": f"min(100cqw, calc(100cqh * {shape}))"},
            class_name=f"{_BOX} {class_name}",
        ),
        class_name=_FRAME,
    )


def first_look() -> rx.Component:
    """A place for the newest picture: api/workspace_pages.py puts it there, before there is any script.

    It comes first in the page, and so in the first frame that a browser shows of it.
    """
    place = rx.el.div(
        id="first-look",
        custom_attrs={"dangerouslySetInnerHTML": {"__html": ""}, "suppressHydrationWarning": True},
        aria_hidden=True,
        class_name=f"{STAGE_PANE} flex flex-col max-lg:h-[max(46dvh,24rem)] empty:hidden",
    )
    return rx.cond(Studio.ready | (Studio.stage.id != ""), rx.fragment(), place)


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            style={"aspect-ratio": "1", "width": "min(100cqw, 80cqh)"},
            class_name=f"{_BOX} animate-breathe",
        ),
        aria_hidden=True,
        class_name=f"{_FRAME} [#first-look:not(:empty)~*_&]:hidden",
    )


def _empty() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            picture(
                "/samples/prompt-1.webp",
                "",
                320,
                320,
                class_name="size-40 rounded-panel object-cover shadow-float -rotate-3 max-lg:size-24",
            ),
            picture(
                "/samples/coffee-after.webp",
                "",
                320,
                320,
                class_name="size-40 rounded-panel object-cover shadow-float rotate-3 -ml-8 max-lg:size-24 max-lg:-ml-5",
            ),
            class_name="flex",
        ),
        rx.el.p("Your first picture appears here", class_name="relative text-xl font-semibold tracking-tight"),
        rx.el.p(
            "Add a photograph or just write what you imagine. The built-in engine is mathematics, not AI, and sends nothing from this server.",
            # On a phone a failure is told in its place.
            class_name=rx.cond(
                Studio.live.length() > Studio.running,
                "max-w-md text-center text-muted max-lg:invisible max-lg:text-sm",
                "max-w-md text-center text-muted max-lg:text-sm",
            ),
        ),
        class_name="flex grow flex-col items-center justify-center gap-4 py-6 max-lg:gap-2 max-lg:py-2",
    )
