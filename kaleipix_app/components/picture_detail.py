"""One picture of the library, large, with everything that is needed to make it again."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.components import theme
from kaleipix_app.components.picture import picture
from kaleipix_app.components.question import question
from kaleipix_app.state.library_views import LineView
from kaleipix_app.state.picture_detail import PictureDetail
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.studio import Studio

_WAYS = (
    ("remix", "Remix", "All of it but the seed"),
    ("all", "Use all", "The same again, seed included"),
    ("prompt", "Use prompt", "Only the words"),
    ("seed", "Use seed", "Only the seed"),
)


def picture_detail() -> rx.Component:
    """A dialog over the grid."""
    shown = PictureDetail.shown
    return question(
        rx.cond(
            shown.id != "",
            rx.fragment(
                rx.el.div(
                    picture(
                        shown.preview,
                        shown.alt,
                        shown.width,
                        shown.height,
                        key=shown.id,
                        class_name="max-h-[45dvh] w-auto rounded-control bg-raised object-contain lg:max-h-[80dvh]",
                    ),
                    class_name="grid min-w-0 grow place-items-center",
                ),
                _facts(),
            ),
        ),
        open=shown.id != "",
        on_dismiss=PictureDetail.close,
        goes_back=True,
        lasts=True,
        aria_label="Picture",
        class_name="m-auto max-h-[94dvh] w-[min(72rem,calc(100vw-1.5rem))] flex-col gap-4 overflow-y-auto overscroll-contain rounded-panel border border-line bg-surface p-4 text-ink shadow-float open:flex lg:flex-row lg:gap-5 lg:p-5 backdrop:bg-black/70",
    )


def _facts() -> rx.Component:
    """Beside the picture on a desk; on a phone above and below it, with the way out always in reach."""
    shown = PictureDetail.shown
    return rx.el.div(
        rx.el.div(
            rx.el.h2(
                rx.cond(shown.is_result, "Result", "Source"), class_name="grow text-lg font-semibold tracking-tight"
            ),
            rx.el.button(
                rx.icon("x", size=18),
                type="button",
                on_click=PictureDetail.close,
                aria_label="Close",
                class_name=theme.ICON,
            ),
            class_name="flex items-center max-lg:order-first max-lg:sticky max-lg:-top-4 max-lg:z-10 max-lg:-my-2 max-lg:bg-surface",
        ),
        rx.cond(shown.is_result, _made_from()),
        _tools(),
        rx.el.dl(rx.foreach(shown.lines, _line), class_name="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm"),
        class_name="flex shrink-0 flex-col gap-4 max-lg:contents lg:w-80",
    )


def _tools() -> rx.Component:
    shown = PictureDetail.shown
    return rx.el.div(
        favourite_button(shown.id, shown.favourite),
        rx.cond(
            shown.is_result,
            rx.el.button(
                rx.icon("share-2", size=16),
                "Share",
                type="button",
                on_click=ShareDialog.ask_picture(shown.id),
                class_name=theme.SECONDARY,
            ),
        ),
        rx.el.button(
            rx.icon("download", size=16),
            "Download",
            type="button",
            on_click=rx.download(url=f"/media/{shown.id}/original?download=1"),
            class_name=theme.SECONDARY,
        ),
        rx.el.button(
            rx.icon("trash-2", size=16),
            "Delete",
            type="button",
            on_click=PictureDetail.delete,
            class_name=f"{theme.SECONDARY} hover:text-danger",
        ),
        class_name="grid grid-cols-2 gap-2 border-t border-line pt-4",
    )


def _made_from() -> rx.Component:
    shown = PictureDetail.shown
    return rx.fragment(
        rx.el.p(shown.prompt, class_name="max-h-40 shrink-0 overflow-y-auto whitespace-pre-wrap text-sm", tab_index=0),
        rx.cond(
            shown.source != "",
            rx.el.div(
                _input(shown.source, "Source", "Its source"),
                rx.cond(shown.mask != "", _input(shown.mask, "Mask", "Its mask: white was painted anew")),
                class_name="flex gap-3",
            ),
        ),
        rx.el.div(
            *(
                rx.el.button(
                    label, type="button", title=hint, on_click=PictureDetail.use(way), class_name=theme.SECONDARY
                )
                for way, label, hint in _WAYS
            ),
            class_name="grid grid-cols-2 gap-2",
        ),
    )


def _input(thumb: rx.Var[str], caption: str, alt: str) -> rx.Component:
    """What it was made from."""
    return rx.el.figure(
        picture(thumb, alt, 320, 320, class_name="size-20 rounded-control border border-line bg-raised object-cover"),
        rx.el.figcaption(caption, class_name="text-xs text-muted"),
        class_name="flex flex-col gap-1",
    )


def _line(line: rx.Var[LineView]) -> rx.Component:
    return rx.fragment(
        rx.el.dt(line.label, class_name="text-muted"),
        rx.el.dd(line.value, class_name="min-w-0 break-words tabular-nums"),
    )


def favourite_button(image_id: rx.Var[str], on: rx.Var[bool], label_class: str = "") -> rx.Component:
    """Marks a picture or unmarks it."""
    return rx.el.button(
        rx.icon("star", size=16, class_name=rx.cond(on, "fill-current text-accent-text", "")),
        rx.el.span("Favourite", class_name=label_class),
        type="button",
        on_click=PictureDetail.favourite(image_id),
        aria_pressed=rx.cond(on, "true", "false"),
        class_name=theme.SECONDARY,
    )


def favourite_from_stage(class_name: str, word_class: str) -> rx.Component:
    """The same among the tools of the picture on the stage."""
    on = Studio.stage.favourite
    return rx.el.button(
        rx.icon("star", size=17, class_name=rx.cond(on, "fill-current text-accent-text", "")),
        rx.el.span("Favourite", class_name=word_class),
        type="button",
        on_click=PictureDetail.favourite(Studio.stage.id),
        title="Favourite (.)",
        aria_pressed=rx.cond(on, "true", "false"),
        custom_attrs={"data-key": "."},
        class_name=class_name,
    )
