"""The input of worker-comfyui: a filled workflow, and the pictures it loads."""

from __future__ import annotations

from typing import Any

from kaleipix_app.backend.providers.base import Order
from kaleipix_app.backend.providers.catalogue import RunpodWire
from kaleipix_app.backend.providers.runpod import workflows

_SOURCE = "source"  # name of the picture in the input folder; its ending follows


def built(order: Order, wire: RunpodWire, size: tuple[int, int], source: str | None) -> dict[str, Any]:
    """What stands under `input`; `source` is a data URI of that size."""
    workflow = workflows.load(wire.workflow)
    values: dict[str, Any] = {
        "prompt": order.prompt,
        "seed": order.seed,
        "count": order.count,
        "prefix": f"kaleipix-{order.seed}",  # comes back in the names of the results: so their seed is known
        "width": size[0],
        "height": size[1],
        **wire.fixed,
        **order.params,
    }
    images = []
    if source is not None:
        values["source"] = f"{_SOURCE}.{source.partition(';')[0].rpartition('/')[2]}"
        images = [{"name": values["source"], "image": source}]
        del values["width"], values["height"]  # the source has them
    made: dict[str, Any] = {"workflow": workflow.filled(values)}
    return {**made, "images": images} if images else made
