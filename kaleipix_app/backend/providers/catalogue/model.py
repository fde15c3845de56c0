"""What a model is: the types of which the catalogue is made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from kaleipix_app.backend.providers.base import ParamValue

MAX_PROMPT = 2000  # characters
MAX_SEED = 2**31 - 1

#: Aspect ratio -> width and height of each result in pixels, about one megapixel.
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


class Task(StrEnum):
    """What a model is for. The value is how people call it."""

    CREATE = "Create"  # from words, some also from a picture
    EDIT = "Edit"  # a picture, changed as the words say
    INPAINT = "Repaint"  # a part of a picture that a mask shows
    UPSCALE = "Upscale"
    CUTOUT = "Remove background"


class Need(StrEnum):
    """Whether an input is taken."""

    NO = "no"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True)
class Choice:
    """A setting with named values."""

    key: str
    label: str
    values: tuple[str, ...]
    default: str
    names: Mapping[str, str] = field(default_factory=dict)  # as people call them, where the value does not say so

    def accepts(self, value: object) -> bool:
        """Whether this value may be sent to the provider."""
        return value in self.values

    def name_of(self, value: str) -> str:
        """The value as people read it."""
        return self.names.get(value, value.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Number:
    """A setting with a number in a range, ends included; whole unless `step` is a fraction."""

    key: str
    label: str
    low: float
    high: float
    default: float
    step: float = 1
    only_for: tuple[str, tuple[str, ...]] | None = None  # (choice, values) for which it means something

    def accepts(self, value: object) -> bool:
        """Whether this value may be sent to the provider."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        is_kind = isinstance(value, int) or (self.step != int(self.step) and math.isfinite(value))
        return is_kind and self.low <= value <= self.high


@dataclass(frozen=True)
class FalWire:
    """How a model is ordered from fal: the endpoint, and the names of its inputs; an empty name is not sent."""

    endpoint: str  # fal-ai/flux/schnell
    size: Literal["image_size", "aspect_ratio", ""] = "image_size"
    source: Literal["image_url", "image_urls", ""] = ""
    mask: Literal["mask_url", ""] = ""
    count: Literal["num_images", ""] = "num_images"
    seed: Literal["seed", ""] = "seed"
    prompt: Literal["prompt", ""] = "prompt"
    result: Literal["images", "image"] = "images"
    fixed: Mapping[str, ParamValue] = field(default_factory=dict)  # sent with every order


@dataclass(frozen=True)
class RunpodWire:
    """How a model is ordered from RunPod: which worker image its endpoint runs."""

    worker: Literal["sdxl", "comfyui"]
    workflow: str = ""  # of worker-comfyui: name of a template
    fixed: Mapping[str, ParamValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """One entry of the catalogue."""

    id: str
    provider: str
    name: str  # the vendor's own name
    vendor: str
    tagline: str
    price: int  # credits a picture
    usual_seconds: float  # a picture, until this installation has measured its own
    max_count: int
    aspect_ratios: tuple[str, ...]  # empty: the result follows the source
    is_ai: bool = True
    task: Task = Task.CREATE
    prompt: Need = Need.MUST
    source: Need = Need.NO
    mask: Need = Need.NO
    max_prompt: int = MAX_PROMPT  # characters that the provider takes
    source_edge: int = 2048  # pixels; a longer source is made smaller before it is sent: some are paid by the megapixel
    has_seed: bool = True  # whether the same seed and settings give the same picture again
    params: tuple[Choice | Number, ...] = ()
    cost: float = 0.0  # US dollars that the provider takes for a picture of one megapixel
    plans: tuple[str, ...] = ("free",)  # keys of the plans that include it
    partner: str = ""  # another entry that stands in for this one while its provider is down
    wire: FalWire | RunpodWire | None = None

    def defaults(self) -> dict[str, ParamValue]:
        """The settings of a new composer."""
        return {param.key: param.default for param in self.params}

    def told(self, params: Mapping[str, ParamValue]) -> dict[str, str]:
        """These settings as people read them: label -> value."""
        known = {param.key: param for param in self.params}
        return {
            known[key].label if key in known else key: _told(known.get(key), value) for key, value in params.items()
        }

    def known(self, params: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
        """Of these settings those that this model has too, with values that it takes."""
        return {one.key: params[one.key] for one in self.params if one.key in params and one.accepts(params[one.key])}


def _told(param: Choice | Number | None, value: ParamValue) -> str:
    return param.name_of(value) if isinstance(param, Choice) and isinstance(value, str) else str(value)
