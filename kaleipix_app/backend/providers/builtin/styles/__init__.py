"""The six styles. Each is a function of a brief; the same brief gives the same picture."""

from __future__ import annotations

from collections.abc import Callable

from kaleipix_app.backend.providers.builtin.brief import Brief, Tick
from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.styles import halftone, kaleidoscope, mosaic, pixel, posterise, watercolour

Style = Callable[[Brief, Tick], Floats]

STYLES: dict[str, Style] = {
    "kaleidoscope": kaleidoscope.render,
    "mosaic": mosaic.render,
    "halftone": halftone.render,
    "posterise": posterise.render,
    "watercolour": watercolour.render,
    "pixel": pixel.render,
}
