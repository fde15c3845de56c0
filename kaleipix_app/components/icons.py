"""Lucide icons for components that are written in JavaScript: the same files that `rx.icon` uses."""

from __future__ import annotations

import reflex as rx
from reflex_base.utils.imports import ImportVar


def icon_name(icon: str) -> str:
    """What the icon is called in the code: `zoom-in` is `LucideZoomIn`."""
    return "Lucide" + "".join(part.capitalize() for part in icon.split("-"))


def icon_imports(*icons: str) -> dict[str, list[ImportVar]]:
    """The imports for `add_imports`, one file for each icon."""
    drawn = [
        ImportVar(
            tag=icon_name(icon).removeprefix("Lucide"),
            is_default=True,
            alias=icon_name(icon),
            package_path=f"/dist/esm/icons/{icon}.mjs",
        )
        for icon in icons
    ]
    return {str(rx.icon("x").library): drawn}
