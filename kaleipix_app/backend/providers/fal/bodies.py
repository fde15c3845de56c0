"""An order in the words of a model."""

from __future__ import annotations

from typing import Any

from kaleipix_app.backend.providers.base import BadOrder, Order, Unsupported
from kaleipix_app.backend.providers.catalogue.model import FalWire, Model


def wire_of(model: Model) -> FalWire:
    """How it is ordered. Raises Unsupported for a model of somebody else."""
    if not isinstance(model.wire, FalWire):
        raise Unsupported("not a model of fal")
    return model.wire


def refuse_unfit(order: Order, model: Model) -> None:
    """What can be seen before anything is uploaded. Raises Unsupported or BadOrder."""
    wire = wire_of(model)
    if order.count > 1 and not wire.count:
        raise Unsupported("one picture a request")
    if (order.source is not None and not wire.source) or (order.mask is not None and not wire.mask):
        raise Unsupported("takes no picture")
    if (order.source is None and wire.source) or (order.mask is None and wire.mask):
        raise BadOrder("picture missing", sentence="This model works from a picture. Add one and try again.")
    if len(order.prompt) > model.max_prompt:
        raise BadOrder(
            "prompt too long", sentence=f"This model takes {model.max_prompt} characters. Shorten the prompt."
        )


def body(order: Order, model: Model, source_url: str, mask_url: str) -> dict[str, Any]:
    """The input of the model."""
    wire = wire_of(model)
    made: dict[str, Any] = {**wire.fixed, **order.params}
    if wire.prompt and order.prompt:
        made[wire.prompt] = order.prompt
    if wire.size == "image_size":
        made[wire.size] = {"width": order.width, "height": order.height}
    elif wire.size and order.aspect_ratio:
        made[wire.size] = order.aspect_ratio
    if wire.source:
        made[wire.source] = [source_url] if wire.source == "image_urls" else source_url
    if wire.mask:
        made[wire.mask] = mask_url
    if wire.count:
        made[wire.count] = order.count
    if wire.seed:
        made[wire.seed] = order.seed
    return made
