"""Drawing small shapes into a picture: work is done only in the rectangle that a shape touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaleipix_app.backend.providers.builtin.oklab import Floats


@dataclass(frozen=True, eq=False)
class Patch:
    """The part of a picture around a shape. x and y are pixels from the shape's centre, turned by its angle."""

    view: Floats  # writes go to the picture
    x: Floats
    y: Floats

    def lay(self, colour: Floats, cover: Floats) -> None:
        """Lay a colour (3,) or (h, w, 3) over the patch where cover (h, w) is 1."""
        self.view[:] += (colour - self.view) * cover[..., None]

    def shine(self, colour: Floats, light: Floats) -> None:
        """Add light: screen blend, which never burns out."""
        self.view[:] += (1 - self.view) * np.clip(colour * light[..., None], 0, 1)


def patch(picture: Floats, cx: float, cy: float, reach: float, angle: float = 0.0) -> Patch | None:
    """The patch of `reach` pixels around a centre, or None when it lies outside the picture."""
    height, width = picture.shape[:2]
    left, right = max(int(cx - reach), 0), min(int(cx + reach) + 2, width)
    top, bottom = max(int(cy - reach), 0), min(int(cy + reach) + 2, height)
    if left >= right or top >= bottom:
        return None
    x = (np.arange(left, right, dtype=np.float32) + np.float32(0.5 - cx))[None, :]
    y = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - cy))[:, None]
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return Patch(picture[top:bottom, left:right], x * cos + y * sin, y * cos - x * sin)


def disc(radius: Floats, size: float, soft: float = 1.0) -> Floats:
    """Cover of a disc: 1 inside `size`, falling to 0 over `soft` pixels."""
    result: Floats = np.clip((size - radius) / soft + 0.5, 0, 1).astype(np.float32)
    return result
