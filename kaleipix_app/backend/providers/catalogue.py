"""Models as data: what each can do, what it costs and which settings it has."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from kaleipix_app.backend.providers.base import ParamValue

MAX_PROMPT = 2000  # characters
MAX_SEED = 2**31 - 1

#: Aspect ratio -> width and height of each result in pixels.
SIZES: MappingProxyType[str, tuple[int, int]] = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "4:3": (1152, 864),
        "3:4": (864, 1152),
        "3:2": (1248, 832),
        "2:3": (832, 1248),
        "16:9": (1344, 756),
        "9:16": (756, 1344),
    }
)


@dataclass(frozen=True)
class Choice:
    """A setting with named values."""

    key: str
    label: str
    values: tuple[str, ...]
    default: str

    def accepts(self, value: object) -> bool:
        """Whether this value may be sent to the provider."""
        return value in self.values


@dataclass(frozen=True)
class Number:
    """A setting with a whole number in a range, ends included."""

    key: str
    label: str
    low: int
    high: int
    default: int
    only_for: tuple[str, tuple[str, ...]] | None = None  # (choice, values) for which it means something

    def accepts(self, value: object) -> bool:
        """Whether this value may be sent to the provider."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue."""

    id: str
    provider: str
    name: str  # the vendor's own name
    vendor: str
    tagline: str
    is_ai: bool
    takes_source: bool
    price: int  # credits a picture
    usual_seconds: float  # a picture, until this installation has measured its own
    max_count: int
    aspect_ratios: tuple[str, ...]
    params: tuple[Choice | Number, ...] = ()

    def defaults(self) -> dict[str, ParamValue]:
        """The settings of a new composer."""
        return {param.key: param.default for param in self.params}


KALEIDOSCOPE = Model(
    id="kaleidoscope",
    provider="builtin",
    name="Kaleidoscope",
    vendor="Built-in engine",
    tagline="Mathematics, not AI: folds your picture or paints from your words. Runs here, nothing leaves.",
    is_ai=False,
    takes_source=True,
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

MODELS: MappingProxyType[str, Model] = MappingProxyType({model.id: model for model in (KALEIDOSCOPE,)})
DEFAULT_MODEL = KALEIDOSCOPE
