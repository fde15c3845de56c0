"""What can be done with the picture on the stage. Words beside the icons on a desk; on a phone a row for the thumb."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from kaleipix_app.components import theme
from kaleipix_app.components.picture_detail import favourite_from_stage
from kaleipix_app.components.trash import delete_from_stage
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.tools import ToolOffer, Tools

_BUTTON = f"{theme.QUIET} min-h-10 shrink-0 px-2.5 max-lg:min-w-11"
_WORD = "max-lg:sr-only"
FORMATS = ("PNG", "JPEG", "WebP")


def toolbar() -> rx.Component:
    """Nothing here is dead: what is not offered is not shown."""
    image_id = Studio.stage.id
    return rx.el.div(
        _tool("shuffle", "Vary", "The same with a new seed", Tools.vary(image_id), key="v"),
        _tool(
            "image-up", "Use as source", "Put this picture into the composer", Tools.use_as_source(image_id), key="u"
        ),
        rx.cond(
            Tools.can_repaint,
            _tool("brush", "Edit with mask", "Mark a part and repaint it", Tools.repaint(image_id), key="m"),
        ),
        rx.foreach(Tools.one_click, _one_click),
        _tool(
            "repeat",
            "Reuse",
            "Put prompt, settings and source back into the composer (R)",
            Composer.reuse(Studio.stage.generation_id),
            key="r",
        ),
        _tool("share-2", "Share", "Make a link to this picture", ShareDialog.ask_picture(image_id), key="l"),
        favourite_from_stage(_BUTTON, _WORD),
        _download(),
        delete_from_stage(),
        role="toolbar",
        aria_label="This picture",
        data_scrolls="",
        class_name="flex shrink-0 items-center gap-0.5 lg:-mx-2.5 max-lg:-mx-4 max-lg:overflow-x-auto max-lg:px-4 lg:flex-wrap",
    )


def _tool(icon: str, label: str, title: str, on_click: EventSpec, *, key: str) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=17),
        rx.el.span(label, class_name=_WORD),
        type="button",
        on_click=on_click,
        title=title,
        custom_attrs={"data-key": key},
        class_name=_BUTTON,
    )


def _one_click(tool: rx.Var[ToolOffer]) -> rx.Component:
    return rx.el.button(
        rx.cond(tool.task == "UPSCALE", rx.icon("maximize", size=17), rx.icon("scissors", size=17)),
        rx.el.span(tool.label, class_name=_WORD),
        rx.el.span(tool.price, class_name="sr-only"),
        type="button",
        on_click=Tools.refine(tool.model, Studio.stage.id),
        title=f"{tool.label}: {tool.price}",
        key=tool.model,
        class_name=_BUTTON,
    )


def _download() -> rx.Component:
    original = f"/media/{Studio.stage.id}/original?download=1"
    return rx.fragment(
        rx.el.button(
            rx.icon("download", size=17),
            rx.el.span("Download", class_name=_WORD),
            type="button",
            on_click=rx.download(url=original),
            title="Download the original (D)",
            custom_attrs={"data-key": "d"},
            class_name=_BUTTON,
        ),
        rx.el.div(
            *[
                rx.el.button(
                    name,
                    type="button",
                    on_click=rx.download(url=f"{original}&format={name.lower()}"),
                    aria_label=f"As {name}",
                    class_name="inline-flex min-h-10 min-w-9 items-center justify-center rounded-control px-1.5 text-xs text-muted hover:bg-raised hover:text-ink cursor-pointer",
                )
                for name in FORMATS
            ],
            role="group",
            aria_label="As a file of",
            class_name="flex shrink-0 items-center",
        ),
    )
