"""Silk: noise warped by noise twice, lit from the side like folded cloth."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import slopes, smoothstep
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """Flowing folds in the colours of the palette."""
    rng = brief.rng("silk")
    first = noise.texture(rng, 3, 3, brief.tile, 0.4)
    second = noise.texture(rng, 3, 4, brief.tile, 0.42)
    tick(0.15, None)
    x, y = grid(brief.height, brief.width)
    angle = float(rng.uniform(0, np.pi))
    scale = float((0.5, 0.85, 0.65, 1.05)[brief.variant])
    pull = float(rng.uniform(0.5, 0.8))
    u = ((x * np.cos(angle) - y * np.sin(angle)) * scale * 0.7).astype(np.float32)
    v = ((x * np.sin(angle) + y * np.cos(angle)) * scale * 1.25).astype(np.float32)
    q = noise.sample(first, u + 0.13, v + 0.71)
    tick(0.3, None)
    r = noise.sample(second, u + pull * q + 0.4, v + pull * 0.8 * q)
    tick(0.45, None)
    height = noise.sample(first, u + pull * r, v + 1.4 * pull * r + 0.3)
    tick(0.6, None)
    value = smoothstep(0.12, 0.9, 0.55 * height + 0.25 * r + 0.25 * q)
    picture = shade(brief.palette.voice(0), value)
    tick(0.7, picture)
    other = shade(brief.palette.voice(1), smoothstep(0.1, 0.95, r))
    picture = mix(picture, other, smoothstep(0.45, 0.68, q))
    return np.clip(_light(picture, height + 0.5 * r, brief.short), 0, 1)


def _light(picture: Floats, height: Floats, short: int) -> Floats:
    """Soft side light with a sheen on the ridges."""
    dx, dy = slopes(height)
    slope = (dx * 0.8 - dy * 0.6) * np.float32(short / 9)
    picture = picture * (1 + 0.55 * np.tanh(slope))[..., None]
    sheen = np.exp(-((slope - 0.7) ** 2) / 0.06) * 0.22
    result: Floats = picture + (1 - picture) * sheen[..., None]
    return result
