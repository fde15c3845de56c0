"""Mosaic: small stones or glass, each of one colour with a lit edge, set in grout."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix
from kaleipix_app.backend.providers.builtin.cells import Cells, rings, voronoi
from kaleipix_app.backend.providers.builtin.filters import glow, luma, smoothstep, steepness
from kaleipix_app.backend.providers.builtin.ground import ground, wants_glass
from kaleipix_app.backend.providers.builtin.oklab import Floats


def render(brief: Brief, tick: Tick) -> Floats:
    """The mosaic. More strength, larger pieces."""
    picture = ground(brief, lambda done, frame: tick(0.4 * done, frame), leaded=False)
    glass = wants_glass(brief.prompt)
    cells = _cells(brief, picture, glass, tick)
    tick(0.72, picture)
    colours = cells.means(picture)
    rng = brief.rng("stones")
    colours *= (1 + rng.normal(0, 0.045, (cells.count, 1))).astype(np.float32)
    colours = np.clip(colours + (colours - colours.mean(axis=1, keepdims=True)) * 0.18, 0, 1)
    stones = colours.take(cells.number, axis=0)
    tick(0.8, stones)
    keep = 0.35 if glass else 0.12  # a breath of the picture itself inside each piece
    stones += (picture - stones) * np.float32(keep)
    return _set(brief, cells, stones, glass)


def _cells(brief: Brief, picture: Floats, glass: bool, tick: Tick) -> Cells:
    rng = brief.rng("cells")
    size = brief.short * (0.0115 + 0.0095 * brief.strength) * (3.2 if glass else 1.0)
    size = max(size, 4.0)
    kind = 0 if glass else brief.variant
    if kind == 1:
        cx, cy = _focus(picture)
        return rings(brief.height, brief.width, size, cx, cy)
    jitter = (0.4, 0.0, 0.0, 0.25)[kind]
    grow = (1.1, 1.0, 1.05, 1.3)[kind]
    return voronoi(brief.height, brief.width, size * grow, jitter, rng, tick, (0.4, 0.7))


def _focus(picture: Floats) -> tuple[float, float]:
    """The middle of the detail, where a mosaicist would begin."""
    weight = steepness(luma(picture)[::8, ::8]) ** 2 + 1e-5
    total = float(weight.sum())
    x = float((weight.sum(axis=0) * np.arange(weight.shape[1])).sum()) / total * 8
    y = float((weight.sum(axis=1) * np.arange(weight.shape[0])).sum()) / total * 8
    return x, y


def _set(brief: Brief, cells: Cells, stones: Floats, glass: bool) -> Floats:
    """Bevels lit from the upper left, a soft shadow at the joint, and the joint itself."""
    unit = brief.short / 1024
    joint = max((2.2 if glass else 0.85) * unit, 0.5)
    bevel = (5.0 if glass else 3.2) * unit + 0.8
    length = np.hypot(cells.dx, cells.dy) + 1e-3
    facing = -(cells.dx * 0.66 + cells.dy * 0.75) / length
    edge = 1 - smoothstep(joint, joint + bevel, cells.border)
    lit = edge * facing * (0.2 if glass else 0.3)
    x, y = grid(brief.height, brief.width)
    grain = noise.sample(noise.texture(brief.rng("grain"), 16, 5, 512, 0.75), x, y) - 0.5
    out = stones * (1 + lit + 0.12 * grain)[..., None]
    out += (np.maximum(lit, 0) * 0.22)[..., None]
    dark = (
        brief.palette.table()[40] if brief.source is None or brief.prompt else np.array([0.1, 0.09, 0.09], np.float32)
    )
    mean = stones.mean(axis=(0, 1))
    grout = (dark * 0.55 + mean * 0.3) if not glass else dark * 0.4
    cover = 1 - np.clip((cells.border - joint) / 0.9 + 0.5, 0, 1)
    out = mix(out, grout.astype(np.float32) * (1 + 0.5 * grain)[..., None], cover)
    out = np.clip(out, 0, 1)
    return glow(out, brief.short * 0.03, 0.35, 0.5) if glass else out
