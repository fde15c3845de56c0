"""A picture whose place is known before it has arrived."""

from __future__ import annotations

import reflex as rx


def picture(
    src: str | rx.Var, alt: str | rx.Var, width: int | rx.Var, height: int | rx.Var, **props: object
) -> rx.Component:
    """An `img` with its size in pixels as attributes (Reflex would make style of plain `width` and `height`)."""
    return rx.el.img(src=src, alt=alt, custom_attrs={"width": width, "height": height}, **props)
