"""How the pictures of a generation came to be: by rules, by a trained model, or by one that changed a picture."""

from __future__ import annotations

from kaleipix_app.backend.media.provenance import SourceType
from kaleipix_app.backend.providers.catalogue import MODELS


def source_type(model: str, source_id: str | None) -> SourceType:
    """What is written into the results. A model that is not known any more counts as trained."""
    found = MODELS.get(model)
    if found is not None and not found.is_ai:
        return SourceType.ALGORITHMIC
    return SourceType.TRAINED if source_id is None else SourceType.TRAINED_COMPOSITE
