"""What the composer offers, made from the catalogue: plain data for the components."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kaleipix_app.backend import container
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.catalogue import MAX_PROMPT, MODELS, SIZES, Choice, Model, Need, Number, Task
from kaleipix_app.backend.providers.catalogue.places import PLACES

PROMPT_LIMIT = MAX_PROMPT
UPLOAD_LIMIT = 25 * 1024 * 1024  # bytes; the route enforces it, the page says so before sending

EXAMPLES = (
    "stained glass sunset over the ocean",
    "gold and emerald art deco",
    "neon city at night",
    "pastel spring garden",
)
_ICON_OF = {
    Task.CREATE: "sparkles",
    Task.EDIT: "wand-sparkles",
    Task.INPAINT: "brush",
    Task.UPSCALE: "maximize",
    Task.CUTOUT: "scissors",
}
ICONS = tuple(_ICON_OF.values())
STYLES = ("kaleidoscope", "mosaic", "halftone", "posterise", "watercolour", "pixel")  # from left to right in the strip


@dataclass(frozen=True)
class ModelOffer:
    """A card in the model list."""

    id: str
    name: str
    vendor: str
    tagline: str
    task: str
    icon: str  # name of a Lucide icon, where there is no sample
    has_sample: bool  # the first picture of the strip
    price: str
    time: str
    needs_source: bool


@dataclass(frozen=True)
class ShapeOffer:
    """An aspect ratio with the size of its results and of its little drawing, in pixels."""

    name: str
    size: str
    icon_width: int
    icon_height: int


@dataclass(frozen=True)
class ValueOffer:
    """One value of a choice."""

    value: str
    label: str
    sample: str  # where in the strip of samples its picture is, as CSS has it, or empty


@dataclass(frozen=True)
class ChoiceOffer:
    """A setting with named values."""

    key: str
    label: str
    options: list[ValueOffer] = field(default_factory=list)


@dataclass(frozen=True)
class NumberOffer:
    """A setting on a slider; shown only while the choice `shown_by` has one of the values `shown_for`, if named."""

    key: str
    label: str
    low: float
    high: float
    step: float
    shown_by: str = ""
    shown_for: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Controls:
    """What the chosen model can be told; nothing else is shown."""

    takes_source: bool
    takes_mask: bool
    has_seed: bool
    folds: bool  # its own settings are for experts
    counts: list[int] = field(default_factory=list)
    shapes: list[ShapeOffer] = field(default_factory=list)
    choices: list[ChoiceOffer] = field(default_factory=list)
    numbers: list[NumberOffer] = field(default_factory=list)


def other_model(record: Record) -> Model | None:
    """Another offered model for the same task and inputs, of another provider if there is one; the cheapest of them."""
    asked = MODELS.get(record.model)
    if asked is None:
        return None
    others = (model for model in container.get().models.values() if model.id != asked.id)
    return min(
        (model for model in others if _stands_in(model, asked, record)),
        key=lambda model: (model.id != asked.partner, model.provider == asked.provider, not model.is_ai, model.price),
        default=None,
    )


def elsewhere_text(record: Record) -> str:
    """Where what failed could be made: by another model, or the same at another provider."""
    other, asked = other_model(record), MODELS.get(record.model)
    if other is None:
        return ""
    is_same = asked is not None and other.name == asked.name and other.provider in PLACES
    return f"At {PLACES[other.provider].name}" if is_same else f"With {other.name}"


def _stands_in(model: Model, asked: Model, record: Record) -> bool:
    takes = {Need.NO: record.source_id is None, Need.MUST: record.source_id is not None, Need.MAY: True}
    shapes = not model.aspect_ratios or record.aspect_ratio in model.aspect_ratios
    return (
        model.task is asked.task
        and takes[model.source]
        and (model.mask is Need.MUST) == (asked.mask is Need.MUST)
        and shapes
        and record.count <= model.max_count
        and len(record.prompt) <= model.max_prompt
    )


def model_offers(models: Iterable[Model], usual: dict[str, list[float]]) -> list[ModelOffer]:
    """The cards, in the catalogue's order."""
    return [
        ModelOffer(
            id=model.id,
            name=model.name,
            vendor=model.vendor,
            tagline=model.tagline,
            task=model.task,
            icon=_ICON_OF[model.task],
            has_sample=not model.is_ai,
            price=f"{counted(model.price, 'credit')} a picture",
            time=about_seconds(usual.get(model.id, [model.usual_seconds])[0]),
            needs_source=model.source is Need.MUST,
        )
        for model in models
    ]


def controls_of(model: Model) -> Controls:
    """What this model can be told."""
    return Controls(
        takes_source=model.source is not Need.NO,
        takes_mask=model.mask is not Need.NO,
        has_seed=model.has_seed,
        folds=model.is_ai,
        counts=list(range(1, model.max_count + 1)),
        shapes=[_shape(name) for name in model.aspect_ratios],
        choices=[_choice(param, model) for param in model.params if isinstance(param, Choice)],
        numbers=[_number(param) for param in model.params if isinstance(param, Number)],
    )


def about_seconds(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 90:
        return f"about {max(1, round(seconds))}\N{NO-BREAK SPACE}s"
    return f"about {round(seconds / 60)}\N{NO-BREAK SPACE}min"


def closest_aspect_ratio(picture: Picture, names: Iterable[str]) -> str:
    """Of these shapes the one that is nearest to the picture's own, by ratio of ratios."""

    def distance(name: str) -> float:
        width, height = SIZES[name]
        ratio = (width / height) / (picture.width / picture.height)
        return max(ratio, 1 / ratio)

    return min(names, key=distance)


def _shape(name: str) -> ShapeOffer:
    width, height = SIZES[name]
    scale = 16 / max(width, height)
    return ShapeOffer(name, f"{width} × {height}", round(width * scale), round(height * scale))


def _choice(param: Choice, model: Model) -> ChoiceOffer:
    def sample(value: str) -> str:
        return f"{100 * STYLES.index(value) // (len(STYLES) - 1)}% 50%" if not model.is_ai and value in STYLES else ""

    values = [ValueOffer(value, param.name_of(value), sample(value)) for value in param.values]
    return ChoiceOffer(param.key, param.label, values)


def _number(param: Number) -> NumberOffer:
    choice, values = param.only_for or ("", ())
    return NumberOffer(param.key, param.label, param.low, param.high, param.step, choice, list(values))
