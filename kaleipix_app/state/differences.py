"""What differs between a result and the picture that it was made from."""

from __future__ import annotations

from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.catalogue import MODELS
from kaleipix_app.state.views import DifferenceView, params_told

_NOTHING = "–"


def differences(
    before: Picture, made_before: Record | None, after: Picture, made_after: Record
) -> list[DifferenceView]:
    """Setting by setting, in the order of the composer. A picture of one's own has a size and nothing else."""
    if made_before is None:
        told_before, told_after = {"Size": _size(before)}, {"Size": _size(after, made_after)}
    else:
        told_before, told_after = _told(before, made_before), _told(after, made_after)
    labels = dict.fromkeys([*told_after, *told_before])
    lines = [DifferenceView(one, told_before.get(one, _NOTHING), told_after.get(one, _NOTHING)) for one in labels]
    return [line for line in lines if line.before != line.after]


def _told(picture: Picture, made: Record) -> dict[str, str]:
    model = MODELS.get(made.model)
    return {
        "Prompt": made.prompt or "deleted",
        "Model": model.name if model else made.model,
        "Size": _size(picture, made),
        **params_told(made),
        "Mask": "a part" if made.mask_id else _NOTHING,
        "Seed": str(made.seed if picture.seed is None else picture.seed),  # of several pictures each has its own
    }


def _size(picture: Picture, made: Record | None = None) -> str:
    """As it is; what was asked for stands behind it where a provider gave something else."""
    size = f"{picture.width} × {picture.height}"
    asked = f"{made.width} × {made.height}" if made and made.aspect_ratio else size
    return size if asked == size else f"{size} (asked: {asked})"
