"""What can be done with the picture on the stage: one row at any width, and a menu for what is wanted less often."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from kaleipix_app.components import theme
from kaleipix_app.components.menu import ITEM, menu
from kaleipix_app.components.picture_detail import favourite_from_stage
from kaleipix_app.components.trash import delete_from_stage
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.tools import ToolOffer, Tools

_BUTTON = (
    f"{theme.QUIET} min-h-10 min-w-10 shrink-0 px-2.5 min-[23rem]:max-lg:min-w-11 max-[23rem]:min-w-9 @max-2xl:px-0"
)
# The row measures itself: words stand beside the icons where all of them have room.
_WORD = "@max-2xl:sr-only"
_KEY = "ml-auto pl-6 text-xs text-muted max-lg:hidden"
FORMATS = ("PNG", "JPEG", "WebP")


def toolbar() -> rx.Component:
    """Nothing here is dead: what is not offered is not shown."""
    image_id = Studio.stage.id
    return rx.el.div(
        rx.el.div(
            _tool("shuffle", "Vary", "The same with a new seed (V)", Tools.vary(image_id), key="v"),
            _tool(
                "image-up",
                "Use as source",
                "Put this picture into the composer (U)",
                Tools.use_as_source(image_id),
                key="u",
            ),
            favourite_from_stage(_BUTTON, _WORD),
            _tool("share-2", "Share", "Make a link to this picture (L)", ShareDialog.ask_picture(image_id), key="l"),
            _download(),
            _more(),
            delete_from_stage(f"{_BUTTON} ml-auto hover:text-danger", _WORD),
            class_name="flex items-center gap-0.5 @max-2xl:justify-between @max-2xl:gap-0",
        ),
        role="toolbar",
        aria_label="This picture",
        class_name="@container relative z-15 shrink-0 lg:-mx-2.5 max-lg:-mx-2",
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


def _more() -> rx.Component:
    return menu(
        rx.cond(
            Tools.can_repaint,
            _item("brush", "Edit with mask", "M", Tools.repaint(Studio.stage.id), custom_attrs={"data-key": "m"}),
        ),
        rx.foreach(Tools.one_click, _one_click),
        _item(
            "repeat",
            "Reuse all but the seed",
            "R",
            Composer.reuse(Studio.stage.generation_id),
            custom_attrs={"data-key": "r"},
        ),
        trigger=rx.fragment(rx.icon("ellipsis", size=17), rx.el.span("More", class_name=_WORD)),
        label="More",
        title="More that can be done with this picture",
        button_class=_BUTTON,
    )


def _one_click(tool: rx.Var[ToolOffer]) -> rx.Component:
    return rx.el.button(
        rx.cond(tool.task == "UPSCALE", rx.icon("maximize", size=17), rx.icon("scissors", size=17)),
        tool.label,
        rx.el.span(tool.price, class_name="ml-auto pl-6 text-xs text-muted"),
        type="button",
        role="menuitem",
        tab_index=-1,
        on_click=Tools.refine(tool.model, Studio.stage.id),
        key=tool.model,
        class_name=ITEM,
    )


def _item(icon: str, label: str, hint: str, on_click: EventSpec, **props: object) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=17),
        label,
        rx.el.span(hint, aria_hidden=True, class_name=_KEY),
        type="button",
        role="menuitem",
        tab_index=-1,
        on_click=on_click,
        class_name=ITEM,
        **props,
    )


def _download() -> rx.Component:
    """The file as it is; the arrow beside it offers it in another format."""
    original = f"/media/{Studio.stage.id}/original?download=1"
    return rx.el.div(
        rx.el.button(
            rx.icon("download", size=17),
            rx.el.span("Download", class_name=_WORD),
            type="button",
            on_click=rx.download(url=original),
            title="Download the original (D)",
            custom_attrs={"data-key": "d"},
            class_name=f"{_BUTTON} rounded-r-none pr-1",
        ),
        menu(
            *(
                _item("file-image", f"As {name}", "", rx.download(url=f"{original}&format={name.lower()}"))
                for name in FORMATS
            ),
            trigger=rx.icon("chevron-down", size=16, class_name="shrink-0"),
            label="Other formats",
            title="Download it as PNG, JPEG or WebP",
            button_class=f"{theme.QUIET} min-h-10 w-7 shrink-0 rounded-l-none px-0! min-[23rem]:max-lg:w-11",
        ),
        class_name="flex shrink-0 items-center",
    )
