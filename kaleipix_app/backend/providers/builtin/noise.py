"""Seeded noise as textures that repeat without a seam, and sampling at any place (for domain warping).

Value noise on lattices that double in density, interpolated bicubically by Pillow; warping after Inigo Quilez,
"Domain warping" (2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kaleipix_app.backend.providers.builtin.oklab import Floats

_PAD = 3  # lattice cells copied from the other side, so that the bicubic kernel sees a torus


def octave(rng: np.random.Generator, cells: int, size: int) -> Floats:
    """(size, size) smooth noise with `cells` lattice points a side, repeating."""
    lattice = np.pad(rng.standard_normal((cells, cells)).astype(np.float32), _PAD, mode="wrap")
    box = (_PAD, _PAD, _PAD + cells, _PAD + cells)
    return np.asarray(Image.fromarray(lattice).resize((size, size), Image.Resampling.BICUBIC, box=box))


def texture(rng: np.random.Generator, cells: int, octaves: int, size: int = 512, gain: float = 0.5) -> Floats:
    """(size, size) fractal noise, about 0 to 1 with mean 0.5, repeating."""
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for level in range(octaves):
        count = cells << level
        if count * 2 > size:
            break
        total += weight * octave(rng, count, size)
        weight *= gain
    total -= total.mean()
    result: Floats = np.clip(0.5 + total * (0.19 / max(float(total.std()), 1e-6)), 0.0, 1.0)
    return result


def sample(tile: Floats, x: Floats, y: Floats) -> Floats:
    """Bilinear value of a repeating texture; x and y of any size that fits together, 1.0 is once around."""
    left, right, fx = _between(x, tile.shape[0])
    top, bottom, fy = _between(y, tile.shape[0])
    if x.shape == (1, x.size) and y.shape == (y.size, 1):  # a straight grid: whole rows, then whole columns
        rows: Floats = tile.take(top.ravel(), axis=0)
        rows += (tile.take(bottom.ravel(), axis=0) - rows) * fy
        found: Floats = rows.take(left.ravel(), axis=1)
        found += (rows.take(right.ravel(), axis=1) - found) * fx
        return found
    flat, top, bottom = tile.ravel(), top * tile.shape[0], bottom * tile.shape[0]
    upper = flat.take(top + left)
    upper += (flat.take(top + right) - upper) * fx
    lower = flat.take(bottom + left)
    lower += (flat.take(bottom + right) - lower) * fx
    upper += (lower - upper) * fy
    result: Floats = upper
    return result


def _between(at: Floats, size: int) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """The two lattice points around each place, and how far it is from the first."""
    place = at * np.float32(size)
    before = np.floor(place).astype(np.int32)
    place -= before
    return before & (size - 1), (before + 1) & (size - 1), place  # a power of two, so that wrapping is one AND
