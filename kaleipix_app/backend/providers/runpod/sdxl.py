"""The input of worker-sdxl: names and limits of its schema."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from kaleipix_app.backend.providers.base import Order
from kaleipix_app.backend.providers.catalogue import RunpodWire

#: Our settings -> the worker's inputs. Its numbers with a fraction have to look like it.
_NAMES: MappingProxyType[str, tuple[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "steps": ("num_inference_steps", int),
        "guidance": ("guidance_scale", float),
        "scheduler": ("scheduler", str),
        "strength": ("strength", float),
    }
)
PARAMS = frozenset(_NAMES)


def built(order: Order, wire: RunpodWire, size: tuple[int, int], source: str | None) -> dict[str, Any]:
    """What stands under `input`; `source` is a data URI of that size."""
    width, height = size
    made: dict[str, Any] = {
        "prompt": order.prompt,
        "width": width,
        "height": height,
        "seed": order.seed,
        "num_images": order.count,
        **wire.fixed,
    }
    for key, value in order.params.items():
        name, kind = _NAMES[key]
        made[name] = kind(value)
    if source is None:
        made.pop("strength", None)  # without a picture it would turn up the refiner
    else:
        made["image_url"] = source
        made["refiner_inference_steps"] = made.get("num_inference_steps", 50)  # of a picture only the refiner works
    return made
