"""The built-in engine's model."""

from __future__ import annotations

from kaleipix_app.backend.providers.catalogue.model import SIZES, Choice, Model, Need, Number

KALEIDOSCOPE = Model(
    id="kaleidoscope",
    provider="builtin",
    name="Kaleidoscope",
    vendor="Built-in engine",
    tagline="Mathematics, not AI: folds your picture or paints from your words. Runs here, nothing leaves.",
    is_ai=False,
    source=Need.MAY,
    price=1,
    usual_seconds=1.0,
    max_count=4,
    aspect_ratios=tuple(SIZES),
    params=(
        Choice(
            "style",
            "Style",
            ("kaleidoscope", "mosaic", "halftone", "posterise", "watercolour", "pixel"),
            "kaleidoscope",
        ),
        Number("folds", "Folds", 3, 16, 6, only_for=("style", ("kaleidoscope",))),
        Number("rotation", "Rotation", 0, 359, 0, only_for=("style", ("kaleidoscope",))),
        Number("strength", "Strength", 0, 100, 60),
    ),
)
