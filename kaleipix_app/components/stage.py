"""The stage: one picture, as large as it fits, and what can be done with it."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.picture import picture
from kaleipix_app.components.picture_detail import favourite_from_stage
from kaleipix_app.components.trash import delete_from_stage, undo
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import ResultView

# The picture and its placeholder share one geometry, so nothing jumps: the frame is measured (container units) and
# the box takes the largest size of its shape that fits.
_FRAME = "flex min-h-0 grow items-center justify-center [container-type:size]"
_BOX = "overflow-hidden rounded-control bg-raised"


def stage() -> rx.Component:
    """The chosen result; while nothing is chosen the first picture in the making; else an invitation."""
    return rx.el.section(
        rx.el.h2("Stage", class_name="sr-only"),
        rx.cond(
            Studio.stage.id != "",
            _picture(),
            rx.cond(Studio.live.length() > 0, _making(), rx.cond(Studio.ready, _empty(), _loading())),
        ),
        undo(),
        id="stage",
        # On a phone it has one height in every state, so that what lies below never moves.
        class_name="flex min-h-0 scroll-mt-20 flex-col gap-3 max-lg:h-[max(52dvh,26rem)] lg:h-full",
    )


def _picture() -> rx.Component:
    shown = Studio.stage.picture
    return rx.fragment(
        _framed(
            shown.width,
            shown.height,
            picture(shown.preview, shown.alt, shown.width, shown.height, key=shown.id, class_name="size-full"),
            "shadow-float",
        ),
        _news(),
        rx.cond(
            Studio.stage.others.length() > 1,
            rx.el.div(rx.foreach(Studio.stage.others, _other), class_name="flex justify-center gap-2"),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p(Studio.stage.prompt, class_name="line-clamp-2 font-medium max-lg:line-clamp-1"),
                rx.el.p(
                    f"{Studio.stage.about} · seed {Studio.stage.seed} · {shown.width} × {shown.height}",
                    class_name="truncate text-sm text-muted tabular-nums",
                ),
                class_name="min-w-0 grow",
            ),
            rx.el.div(
                rx.el.button(
                    rx.icon("repeat", size=16),
                    "Reuse",
                    type="button",
                    on_click=Composer.reuse(Studio.stage.generation_id),
                    title="Put prompt, settings and source back into the composer",
                    class_name=f"{theme.SECONDARY} max-sm:px-2.5",
                ),
                rx.el.button(
                    rx.icon("download", size=16),
                    "Download",
                    type="button",
                    on_click=rx.download(url=f"/media/{shown.id}/original?download=1"),
                    class_name=f"{theme.SECONDARY} max-sm:px-2.5",
                ),
                rx.el.button(
                    rx.icon("share-2", size=16),
                    rx.el.span("Share", class_name="max-sm:sr-only"),
                    type="button",
                    on_click=ShareDialog.ask_picture(shown.id),
                    title="Make a link to this picture",
                    class_name=f"{theme.SECONDARY} max-sm:px-2.5",
                ),
                favourite_from_stage(),
                delete_from_stage(),
                class_name="flex shrink-0 flex-wrap gap-2",
            ),
            class_name="flex items-center gap-4 max-sm:flex-col max-sm:items-stretch",
        ),
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
        aria_current=rx.cond(result.id == Studio.stage.id, "true", "false"),
        class_name="size-14 overflow-hidden rounded-control border-2 border-transparent aria-[current=true]:border-accent-text cursor-pointer",
    )


def _making() -> rx.Component:
    """A place of the final shape, filled by the preview as it grows."""
    first = Studio.live[0]
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


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            style={"aspect-ratio": "1", "width": "min(100cqw, 80cqh)"},
            class_name=f"{_BOX} animate-breathe",
        ),
        aria_hidden=True,
        class_name=_FRAME,
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
        rx.el.p("Your first picture appears here", class_name="text-xl font-semibold tracking-tight"),
        rx.el.p(
            "Add a photograph or just write what you imagine. The engine built in here is mathematics, not AI, and nothing leaves this server.",
            class_name="max-w-md text-center text-muted max-lg:text-sm",
        ),
        class_name="flex grow flex-col items-center justify-center gap-4 py-6 max-lg:gap-2 max-lg:py-2",
    )
