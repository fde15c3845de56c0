"""What the composer offers, taken from the catalogue once: plain data for the components."""

from __future__ import annotations

from dataclasses import dataclass

from kaleipix_app.backend.providers.catalogue import DEFAULT_MODEL, MAX_PROMPT, MODELS, SIZES, Choice, Number

PROMPT_LIMIT = MAX_PROMPT
MAX_COUNT = DEFAULT_MODEL.max_count
UPLOAD_LIMIT = 25 * 1024 * 1024  # bytes; the route enforces it, the page says so before sending

EXAMPLES = (
    "stained glass sunset over the ocean",
    "gold and emerald art deco",
    "neon city at night",
    "pastel spring garden",
)


@dataclass(frozen=True)
class ModelOffer:
    """A card in the model list."""

    id: str
    name: str
    vendor: str
    tagline: str
    price: str


@dataclass(frozen=True)
class ShapeOffer:
    """An aspect ratio with the size of its results and of its little drawing, in pixels."""

    name: str
    size: str
    icon_width: int
    icon_height: int


def _shape(name: str) -> ShapeOffer:
    width, height = SIZES[name]
    scale = 16 / max(width, height)
    return ShapeOffer(name, f"{width} × {height}", round(width * scale), round(height * scale))


MODEL_OFFERS = tuple(
    ModelOffer(m.id, m.name, m.vendor, m.tagline, f"{m.price} credit{'s' if m.price > 1 else ''} a picture")
    for m in MODELS.values()
)
SHAPES = tuple(_shape(name) for name in DEFAULT_MODEL.aspect_ratios)
CHOICES = tuple(param for param in DEFAULT_MODEL.params if isinstance(param, Choice))
NUMBERS = tuple(param for param in DEFAULT_MODEL.params if isinstance(param, Number))
