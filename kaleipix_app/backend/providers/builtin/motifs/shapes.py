"""Overlapping discs, rings, arcs and bars: coloured glass on paper, after the Bauhaus."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, shade
from kaleipix_app.backend.providers.builtin.filters import smoothstep
from kaleipix_app.backend.providers.builtin.motifs.stamp import Patch, disc, patch
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """Large shapes first, small and bright ones on top."""
    rng = brief.rng("shapes")
    x, y = grid(brief.height, brief.width)
    tile = noise.texture(rng, 3, 5, 512)
    wash = noise.sample(tile, x * 0.4, y * 0.4)
    dark = brief.variant in (1, 2)
    base = 0.06 + 0.2 * wash if dark else 0.86 + 0.14 * wash
    picture = shade(brief.palette.table(), base.astype(np.float32))
    tick(0.15, picture)
    count = round((30, 44, 26, 60)[brief.variant] * (brief.width * brief.height / brief.short**2) ** 0.5)
    for index in range(count):
        share = index / count
        size = brief.short * float(rng.uniform(0.5, 1.0)) * (0.34 * (1 - share) ** 1.6 + 0.035)
        cx, cy = (float(rng.normal(0.5, 0.24)) * side for side in (brief.width, brief.height))
        spot = patch(picture, cx, cy, size * 1.1, float(rng.choice([0.0, 0.5, 0.79, 2.4])))
        if spot:
            _shape(brief, rng, spot, size, index)
        if index % 8 == 7:
            tick(0.15 + 0.8 * share, picture)
    grain = noise.sample(tile, x * 3, y * 3)
    return np.clip(picture * (0.95 + 0.1 * grain)[..., None], 0, 1)


def _shape(brief: Brief, rng: np.random.Generator, spot: Patch, size: float, index: int) -> None:
    radius = np.hypot(spot.x, spot.y)
    kind = int(rng.integers(6))
    if kind <= 1:
        cover = disc(radius, size)
    elif kind == 2:
        cover = disc(np.abs(radius - size * 0.8), size * float(rng.uniform(0.03, 0.18)))
    elif kind == 3:
        cover = disc(radius, size) * np.clip(spot.y + 0.5, 0, 1)
    elif kind == 4:
        cover = disc(np.maximum(np.abs(spot.x) - size * 0.75, np.abs(spot.y) - size * 0.07), 0.0)
    else:
        rings = np.abs(np.mod(radius / size * 5, 1) - 0.5) * 2
        cover = disc(radius, size) * np.clip((rings - 0.5) * size / 6 + 0.5, 0, 1)
    if rng.uniform() < 0.45:
        colour = np.broadcast_to(brief.palette.accent(int(rng.integers(9))), (*cover.shape, 3))
    else:
        lean = smoothstep(-1.0, 1.0, (spot.x * 0.6 + spot.y) / np.float32(size))
        tone = float(rng.uniform(0.15, 0.85))
        colour = shade(brief.palette.voice(int(rng.integers(9))), tone + 0.25 * (lean - 0.5))
    spot.lay(colour.astype(np.float32), cover * np.float32(rng.uniform(0.62, 0.95)))
