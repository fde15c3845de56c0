"""Models as data: what each can do, what it costs, which settings it has and how it is ordered."""

from __future__ import annotations

from types import MappingProxyType

from kaleipix_app.backend.providers.catalogue.builtin import KALEIDOSCOPE
from kaleipix_app.backend.providers.catalogue.model import (
    MAX_PROMPT,
    MAX_SEED,
    SIZES,
    Choice,
    FalWire,
    Model,
    Need,
    Number,
    RunpodWire,
    Task,
)

MODELS: MappingProxyType[str, Model] = MappingProxyType({model.id: model for model in (KALEIDOSCOPE,)})
DEFAULT_MODEL = KALEIDOSCOPE

__all__ = [
    "DEFAULT_MODEL",
    "MAX_PROMPT",
    "MAX_SEED",
    "MODELS",
    "SIZES",
    "Choice",
    "FalWire",
    "Model",
    "Need",
    "Number",
    "RunpodWire",
    "Task",
]
