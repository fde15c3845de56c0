"""Colour grading: a picture's colours drawn towards a palette, its light and shade kept.

The rule is worked out once on a 17-point colour cube and applied by Pillow's trilinear lookup, which takes
milliseconds for a whole picture.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from kaleipix_app.backend.providers.builtin import oklab
from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.palette import Palette

_CUBE = 25
_NEAR = 0.06  # how exclusively a colour belongs to its nearest palette colour


def graded(rgb: Floats, palette: Palette | None, amount: float, vivid: float = 0.0) -> Floats:
    """An (h, w, 3) sRGB picture drawn towards the palette by `amount` 0 to 1; `vivid` adds chroma and contrast."""
    if amount <= 0 and vivid <= 0:
        return rgb
    axis = np.linspace(0, 1, _CUBE, dtype=np.float32)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")  # Pillow wants red to change fastest
    cube = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    mapped = colours(cube, palette, amount, vivid)
    lookup = ImageFilter.Color3DLUT(_CUBE, mapped.ravel().tolist())
    picture = Image.fromarray((rgb * 255 + 0.5).astype(np.uint8))
    return np.asarray(picture.filter(lookup), dtype=np.float32) / np.float32(255)


def colours(srgb: Floats, palette: Palette | None, amount: float, vivid: float = 0.0) -> Floats:
    """The same for an (n, 3) list of colours."""
    lab = oklab.from_srgb(srgb)
    if vivid > 0:
        lab[:, 0] = lab[:, 0] + vivid * 0.35 * (lab[:, 0] - 0.5) * (1 - np.abs(2 * lab[:, 0] - 1))
        chroma = np.hypot(lab[:, 1], lab[:, 2])
        lab[:, 1:] *= (1 + vivid * 0.9 * np.exp(-chroma / 0.12))[:, None]
    if palette is not None and amount > 0:
        lab = lab + np.float32(amount) * (_drawn(lab, palette) - lab)
    return oklab.to_srgb(oklab.into_gamut(lab))


def _drawn(lab: Floats, palette: Palette) -> Floats:
    """Where each colour ends: half its tone's place on the ramp, half the palette colour that it resembles."""
    ramp = palette.ramp
    lightness = np.linspace(0.05, 0.97, len(ramp))
    on_ramp = np.stack([np.interp(lab[:, 0], lightness, ramp[:, channel]) for channel in range(3)], axis=-1)
    all_colours = np.concatenate([*palette.voices, palette.accents])
    gap = lab[:, None, :] - all_colours[None]
    distance = 0.5 * gap[..., 0] ** 2 + gap[..., 1] ** 2 + gap[..., 2] ** 2
    distance[:, -len(palette.accents) :] += 0.012  # accents are for what already has their colour
    weight = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / _NEAR**2)
    nearest = (weight[..., None] * all_colours).sum(axis=1) / weight.sum(axis=1)[:, None]
    out = 0.55 * on_ramp + 0.45 * nearest
    out[:, 1:] *= 1.1
    out[:, 0] = 0.6 * lab[:, 0] + 0.4 * out[:, 0]
    result: Floats = out.astype(np.float32)
    return result
