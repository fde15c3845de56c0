"""Workflows of ComfyUI in its API format, and where each setting goes in them.

A template is what "Export (API)" writes. To change one, export it again and correct its places below.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).with_name("workflows")
Place = tuple[str, str]  # id of a node, name of one of its inputs

_SAMPLER: Mapping[str, Place] = {
    "prompt": ("6", "text"),
    "negative": ("7", "text"),
    "checkpoint": ("4", "ckpt_name"),
    "seed": ("3", "seed"),
    "steps": ("3", "steps"),
    "guidance": ("3", "cfg"),
    "sampler": ("3", "sampler_name"),
    "prefix": ("9", "filename_prefix"),
}
PLACES: MappingProxyType[str, Mapping[str, Place]] = MappingProxyType(
    {
        "portrait": {**_SAMPLER, "width": ("5", "width"), "height": ("5", "height"), "count": ("5", "batch_size")},
        "schnell": {
            **{key: _SAMPLER[key] for key in ("prompt", "checkpoint", "seed", "prefix")},
            "num_inference_steps": _SAMPLER["steps"],
            **{key: ("5", key) for key in ("width", "height")},
            "count": ("5", "batch_size"),
        },
        "restyle": {**_SAMPLER, "source": ("10", "image"), "strength": ("3", "denoise"), "count": ("12", "amount")},
    }
)


class BadWorkflow(Exception):
    """A template and its places do not fit; the message says where."""


@dataclass(frozen=True)
class Workflow:
    """A template with its places."""

    name: str
    nodes: Mapping[str, Any]
    places: Mapping[str, Place]

    @property
    def takes_source(self) -> bool:
        """Whether it begins with a picture."""
        return "source" in self.places

    def filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A copy with these values in their places."""
        made = copy.deepcopy(dict(self.nodes))
        for key, value in values.items():
            node, name = self.places[key]
            made[node]["inputs"][name] = value
        return made


@cache
def load(name: str) -> Workflow:
    """The workflow with this name. Raises BadWorkflow."""
    try:
        nodes = json.loads((FOLDER / f"{name}.json").read_text())
    except (OSError, ValueError) as error:
        raise BadWorkflow(f"Workflow {name} cannot be read.") from error
    places = PLACES.get(name)
    if places is None:
        raise BadWorkflow(f"Workflow {name} has no places for settings.")
    check(name, nodes, places)
    return Workflow(name, nodes, places)


def check(name: str, nodes: Any, places: Mapping[str, Place]) -> None:
    """Raises BadWorkflow, with the first thing that does not fit."""
    if not isinstance(nodes, dict) or not all(_is_node(node) for node in nodes.values()):
        raise BadWorkflow(f"Workflow {name} is not in API format: export it with Export (API).")
    for key, (node, put) in places.items():
        if put not in nodes.get(node, {"inputs": {}})["inputs"]:
            raise BadWorkflow(f"Workflow {name}: {key} goes to input {put} of node {node}, which is not there.")
        if isinstance(nodes[node]["inputs"][put], list):
            raise BadWorkflow(f"Workflow {name}: {key} would replace a link at input {put} of node {node}.")
    for node, content in nodes.items():
        for put, value in content["inputs"].items():
            if isinstance(value, list) and (len(value) != 2 or value[0] not in nodes):
                raise BadWorkflow(f"Workflow {name}: input {put} of node {node} is linked to nothing.")
    kinds = [node["class_type"] for node in nodes.values()]
    if "SaveImage" not in kinds:
        raise BadWorkflow(f"Workflow {name} saves no picture.")
    if ("LoadImage" in kinds) != ("source" in places):
        raise BadWorkflow(f"Workflow {name} needs a place for the source at its LoadImage node.")


def _is_node(node: Any) -> bool:
    return isinstance(node, dict) and isinstance(node.get("inputs"), dict) and isinstance(node.get("class_type"), str)
