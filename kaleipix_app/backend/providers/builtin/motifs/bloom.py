"""A garden seen close: flowers in layers, the far ones out of focus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, shade
from kaleipix_app.backend.providers.builtin.filters import resize, smoothstep, soften
from kaleipix_app.backend.providers.builtin.motifs.leaves import leaf
from kaleipix_app.backend.providers.builtin.motifs.stamp import Patch, disc, patch
from kaleipix_app.backend.providers.builtin.oklab import Floats

_LAYERS = ((0.5, 34, 14), (0.75, 26, 5), (1.0, 15, 0))  # size, flowers, blur in thousandths of the short side


def paint(brief: Brief, tick: Tick) -> Floats:
    """Flowers over leaves over a soft ground."""
    rng = brief.rng("bloom")
    far = replace(brief, width=max(brief.width // 2, 8), height=max(brief.height // 2, 8))
    x, y = grid(far.height, far.width)
    wash = noise.sample(noise.texture(rng, 3, 3, 512), x * 0.5, y * 0.5)
    picture = shade(brief.palette.voice(0), 0.1 + 0.62 * smoothstep(0.2, 0.8, wash))
    tick(0.1, picture)
    area = brief.width * brief.height / brief.short**2
    for index, (size, count, blur) in enumerate(_LAYERS):
        if not blur:  # what is out of focus was painted at half the size
            picture = resize(picture, brief.width, brief.height)
        _scatter(far if blur else brief, rng, picture, size, round(count * area), index, tick)
        if blur:
            picture = soften(picture, far.short * blur / 1000)
        tick(0.1 + 0.3 * (index + 1), picture)
    return np.clip(picture, 0, 1)


def _scatter(
    brief: Brief, rng: np.random.Generator, picture: Floats, size: float, count: int, layer: int, tick: Tick
) -> None:
    scale = brief.short * size * (0.12, 0.085, 0.15, 0.1)[brief.variant]
    table = brief.palette.voice(0)
    for _ in range(count):
        cx, cy = float(rng.uniform(0, brief.width)), float(rng.uniform(0, brief.height))
        tick(0.1 + 0.3 * layer, picture)
        for _ in range(3):
            tone = float(rng.uniform(0.12, 0.5))
            leaf(picture, cx, cy, scale * float(rng.uniform(1.0, 2.0)), float(rng.uniform(0, 6.3)), table, tone)
    for index in range(count):
        cx, cy = float(rng.uniform(0, brief.width)), float(rng.uniform(0, brief.height))
        radius = scale * float(rng.uniform(0.55, 1.5))
        spot = patch(picture, cx, cy, radius * 1.35, float(rng.uniform(0, 6.3)))
        tick(0.25 + 0.3 * layer, picture)
        if spot:
            _flower(brief, rng, spot, radius, index + layer)


def _flower(brief: Brief, rng: np.random.Generator, spot: Patch, size: float, index: int) -> None:
    """Two whorls of petals and a heart; each whorl throws a soft shadow."""
    petals = int(rng.choice([5, 5, 6, 8, 12]))
    radius = np.hypot(spot.x, spot.y) / np.float32(size)
    angle = np.arctan2(spot.y, spot.x)
    own = brief.palette.accent(index)
    light = brief.palette.voice(index)[-1]
    lean = float(rng.uniform(0, 6.3))
    spot.lay(np.zeros(3, np.float32), 0.32 * (1 - smoothstep(0.55, 1.3, np.hypot(radius, 0.2))))
    for whorl, (grow, turn) in enumerate(((1.0, 0.0), (0.68, 0.5))):
        wave = np.cos(petals * angle + lean + turn * 2 * np.pi)
        edge = grow * (0.72 + 0.28 * np.sqrt(np.clip(0.5 + 0.5 * wave, 0, 1))) * (1 + 0.03 * np.cos(9 * angle + lean))
        cover = np.clip((edge - radius) * np.float32(size) / 1.5 + 0.5, 0, 1)
        along = np.clip(radius / np.maximum(edge, 1e-3), 0, 1)
        vein = 0.05 * np.cos(petals * 7 * angle) * along
        tone = smoothstep(0.05, 1.0, along) * 0.75 + 0.14 * wave + vein
        colour = own * 0.62 + (own * 0.35 + light * 0.65 - own * 0.62) * np.clip(tone, 0, 1)[..., None]
        crease = 1 - 0.35 * smoothstep(0.55, 1.0, -wave) * (1 - 0.3 * along)
        spot.lay(np.clip(colour * crease[..., None] * (1 + 0.08 * whorl), 0, 1), cover)
    heart = brief.palette.accent(index + 1)
    dots = 0.78 + 0.22 * np.cos(radius * 70) * np.cos(angle * 13)
    spot.lay(np.clip(heart * dots[..., None], 0, 1), disc(radius * np.float32(size), size * 0.17, 2.0))
