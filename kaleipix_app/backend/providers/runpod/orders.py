"""From an order to the body of RunPod's `run`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kaleipix_app.backend.providers.base import BadOrder, Order, Unsupported
from kaleipix_app.backend.providers.catalogue import Model, Need, RunpodWire
from kaleipix_app.backend.providers.runpod import comfy, sdxl, sources

MOST_BYTES = 10_000_000  # of a body
_ROOM = 200_000  # of it for all that is not the source
_EXECUTION = 10 * 60 * 1000  # ms
_TTL = 70 * 60 * 1000  # ms from the order on: an hour in the queue, and the work

_WORKERS: MappingProxyType[str, Any] = MappingProxyType({"sdxl": sdxl.built, "comfyui": comfy.built})


def body(order: Order, model: Model, *, most: int = MOST_BYTES) -> bytes:
    """The whole body. Raises BadOrder, Unsupported. Decodes the source: takes a while."""
    wire = model.wire
    if not isinstance(wire, RunpodWire):
        raise Unsupported("no model of RunPod")
    if model.source is Need.MUST and order.source is None:
        raise BadOrder("source is missing", sentence="This model works from a picture. Add one first.")
    size = (_multiple_of_8(order.width), _multiple_of_8(order.height))
    takes = order.source is not None and model.source is not Need.NO
    source = sources.data_uri(order.source, size, most - _ROOM) if takes and order.source is not None else None
    made: Mapping[str, Any] = {
        "input": _WORKERS[wire.worker](order, wire, size, source),
        "policy": {"executionTimeout": _EXECUTION, "ttl": _TTL},
        **({"webhook": order.callback} if order.callback else {}),
    }
    encoded = json.dumps(made).encode()
    if len(encoded) >= most:
        raise BadOrder("order does not fit", sentence="This order is too large. Use a shorter prompt.")
    return encoded


def _multiple_of_8(pixels: int) -> int:
    return max(pixels // 8, 1) * 8
