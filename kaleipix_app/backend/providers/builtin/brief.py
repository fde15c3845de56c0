"""What one picture is to be, in the words of this engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.palette import Palette, digest

#: Called between steps with the part done (0 to 1) and the picture as far as it is; raises when the job was cancelled.
Tick = Callable[[float, Floats | None], None]


@dataclass(frozen=True, eq=False)
class Brief:
    """One picture: size in pixels, strength 0 to 1, the source (h, w, 3) sRGB in exactly that size, if any."""

    width: int
    height: int
    seed: int
    prompt: str
    palette: Palette
    strength: float
    folds: int = 6
    rotation: int = 0  # degrees
    source: Floats | None = None

    def rng(self, salt: str) -> np.random.Generator:
        """Random numbers of one part; another part's needs do not change them."""
        return np.random.default_rng([self.seed, digest(self.prompt), digest(salt)])

    @property
    def short(self) -> int:
        """The shorter side, the unit of every size in a picture."""
        return min(self.width, self.height)

    @property
    def tile(self) -> int:
        """Side of a fine noise texture in pixels: a small picture cannot show a large one."""
        return 1024 if self.short >= 480 else 256

    @property
    def variant(self) -> int:
        """0 to 3 in turn: neighbouring seeds get different compositions for certain."""
        return self.seed % 4


def grid(height: int, width: int) -> tuple[Floats, Floats]:
    """X as (1, w) and y as (h, 1), the centre at 0 and the short side 1 long."""
    short = min(height, width)
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / short
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / short
    return x[None, :], y[:, None]


def shade(table: Floats, value: Floats) -> Floats:
    """Colours (…, 3) of values 0 to 1 from a ramp."""
    last = len(table) - 1
    return table.take(np.clip(value * last, 0, last).astype(np.int32), axis=0)


def mix(under: Floats, over: Floats, cover: Floats | float) -> Floats:
    """`over` laid on `under` where cover (…,) is 1."""
    share = cover[..., None] if isinstance(cover, np.ndarray) and cover.ndim < under.ndim else cover
    return under + (over - under) * share
