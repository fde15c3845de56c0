"""Pixel art: few colours, ordered dithering, and blocks that may be squares, beads or stitches."""

from __future__ import annotations

import numpy as np
from PIL import Image

from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, mix
from kaleipix_app.backend.providers.builtin.filters import luma, resize, smoothstep, soften
from kaleipix_app.backend.providers.builtin.grade import graded
from kaleipix_app.backend.providers.builtin.ground import ground
from kaleipix_app.backend.providers.builtin.kmeans import main_colours, seen
from kaleipix_app.backend.providers.builtin.oklab import Floats

#: Bayer's 4x4 matrix, -0.5 to 0.5.
_BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) + 0.5) / 16 - 0.5


def render(brief: Brief, tick: Tick) -> Floats:
    """The picture in blocks. More strength, larger blocks."""
    picture = ground(brief, lambda done, frame: tick(0.6 * done, frame))
    share = (0.0088, 0.0135, 0.0115, 0.012)[brief.variant] * (0.7 + 0.5 * brief.strength)
    block = max(round(brief.short * share), 2)
    columns, rows = -(-brief.width // block), -(-brief.height // block)
    small = resize(picture, columns, rows, how=Image.Resampling.BOX)
    small = np.clip(small + 0.7 * (small - soften(small, 2.2)), 0, 1)
    small = graded(small, None, 0.0, vivid=0.35)
    tick(0.7, small)
    count = (24, 16, 28, 20)[brief.variant]
    dithered = _limited(small, main_colours(small, count, brief.rng("pixels"), rounds=12))
    tick(0.8, dithered)
    large = dithered.repeat(block, axis=0).repeat(block, axis=1)
    top, left = (rows * block - brief.height) // 2, (columns * block - brief.width) // 2
    out = _surface(brief, large, block)[top : top + brief.height, left : left + brief.width]
    return np.ascontiguousarray(out)


def _limited(small: Floats, colours: Floats) -> Floats:
    """The nearest of the colours after Bayer's threshold has been added: two colours share a tone between them."""
    rows, columns = small.shape[:2]
    pattern = np.tile(_BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None]
    wanted = seen(small + pattern * np.float32(0.085))
    gap = ((wanted[:, :, None] - seen(colours)[None, None]) ** 2).sum(axis=-1)
    result: Floats = colours.take(gap.argmin(axis=-1), axis=0)
    return result


def _surface(brief: Brief, large: Floats, block: int) -> Floats:
    """What each block looks like: a square, a bead with a hole, a cross stitch, a studded brick."""
    if brief.variant == 0 or block < 5:
        return large
    place = (np.arange(block, dtype=np.float32) + 0.5) / block - 0.5
    u, v = place[None, :], place[:, None]
    tile_light, tile_cover = _tile(brief.variant, u, v, block)
    rows, columns = large.shape[0] // block, large.shape[1] // block
    light = np.tile(tile_light, (rows, columns))[..., None]
    cover = np.tile(tile_cover, (rows, columns))
    lit = np.clip(large * (1 + light) + np.maximum(light, 0) * 0.1, 0, 1)
    tone = float(luma(large).mean())
    back = large * 0.3 if brief.variant != 2 else large * 0.35 + 0.25 * tone
    return mix(back, lit, cover)


def _tile(kind: int, u: Floats, v: Floats, block: int) -> tuple[Floats, Floats]:
    """Light (-1 to 1) and cover (0 to 1) of one block; u and v run from -0.5 to 0.5."""
    radius = np.hypot(u, v)
    slope = -(u * 0.66 + v * 0.75)
    pixel = 1.0 / block
    if kind == 1:  # fused bead
        ring = np.clip((0.49 - radius) / pixel + 0.5, 0, 1) * np.clip((radius - 0.13) / pixel + 0.5, 0, 1)
        light = slope * 0.9 * (1 - np.abs(radius - 0.3) * 2)
        return light.astype(np.float32), ring.astype(np.float32)
    if kind == 2:  # cross stitch: two short threads
        over, under = np.abs(u - v) * 0.707, np.abs(u + v) * 0.707
        top = np.clip((0.17 - over) / pixel + 0.5, 0, 1)
        low = np.clip((0.17 - under) / pixel + 0.5, 0, 1)
        light = np.where(top > 0.5, 0.16 - over * 1.6, -0.12 - under * 0.8)
        return light.astype(np.float32), np.maximum(top, low).astype(np.float32)
    stud = np.clip((0.3 - radius) / pixel + 0.5, 0, 1)  # brick with a stud
    rim = np.exp(-(((radius - 0.3) / 0.06) ** 2)) * slope * 2.2
    shadow = -0.22 * smoothstep(0.3, 0.42, np.hypot(u - 0.05, v - 0.06) + 0.0) * (1 - stud) * 0 - 0.2 * np.exp(
        -(((np.hypot(u - 0.06, v - 0.07) - 0.3) / 0.08) ** 2)
    ) * (1 - stud)
    edge = np.minimum(0.5 - np.abs(u), 0.5 - np.abs(v))
    cover = np.clip(edge / pixel + 0.35, 0.55, 1)
    return (rim + shadow + 0.06 * stud).astype(np.float32), cover.astype(np.float32)
