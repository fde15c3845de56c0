"""Colour in OKLab, where equal steps look equal and a blend of two colours stays clean.

Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020), public domain.
Every array has its three channels last; sRGB is gamma-encoded 0 to 1.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: float32 in practice; NumPy's type hints lose the width in most expressions.
Floats: TypeAlias = NDArray[np.floating[Any]]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_FROM_LMS = np.linalg.inv(_TO_LMS.astype(np.float64)).astype(np.float32)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)


def _times(colours: Floats, matrix: Floats) -> Floats:
    result: Floats = np.einsum("...c,kc->...k", colours, matrix, optimize=False).astype(np.float32)
    return result


def from_srgb(srgb: Floats) -> Floats:
    """SRGB 0 to 1 -> OKLab (L 0 to 1, a and b about -0.4 to 0.4)."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)
    return _times(np.cbrt(_times(linear.astype(np.float32), _TO_LMS)), _TO_LAB)


def to_linear(lab: Floats) -> Floats:
    """OKLab -> linear light; outside 0 to 1 where the screen cannot show the colour."""
    return _times(_times(lab, _FROM_LAB) ** 3, _FROM_LMS)


def to_srgb(lab: Floats) -> Floats:
    """OKLab -> sRGB 0 to 1, out-of-gamut colours cut off; use `into_gamut` first where hue matters."""
    linear = np.clip(to_linear(lab), 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(encoded, 0.0, 1.0).astype(np.float32)


def into_gamut(lab: Floats) -> Floats:
    """The same lightness and hue with as much chroma as sRGB can show (bisection; for small arrays)."""
    out = lab.copy()
    out[..., 0] = np.clip(out[..., 0], 0.0, 1.0)
    low = np.zeros(lab.shape[:-1], np.float32)
    high = np.ones_like(low)
    for step in range(10):
        share = high if step == 0 else (low + high) / 2  # most colours fit as they are
        trial = out.copy()
        trial[..., 1:] *= share[..., None]
        linear = to_linear(trial)
        fits = ((linear > -1e-3) & (linear < 1 + 1e-3)).all(axis=-1)
        if step == 0 and fits.all():
            return out
        low = np.where(fits, share, low)
        high = np.where(fits, high, share)
    out[..., 1:] *= low[..., None]
    return out


def from_lch(lightness: float, chroma: float, hue: float) -> Floats:
    """One colour from lightness 0 to 1, chroma 0 to about 0.37 and hue in degrees."""
    angle = np.deg2rad(hue)
    return np.array([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], np.float32)


def from_hex(text: str) -> Floats:
    """OKLab of "rrggbb"."""
    return from_srgb(np.array([int(text[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32))
