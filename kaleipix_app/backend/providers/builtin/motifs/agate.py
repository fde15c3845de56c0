"""Agate: bands of stone around hollow places, with bright hair lines and a crystal heart."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import smoothstep, steepness
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """A cut and polished stone."""
    rng = brief.rng("agate")
    broad = noise.texture(rng, 2, 3, 512, 0.42)
    fine = noise.texture(rng, 4, 5, brief.tile, 0.5)
    tick(0.15, None)
    x, y = grid(brief.height, brief.width)
    level = _level(brief, rng, x, y, broad, fine)
    tick(0.45, None)
    count = float((9, 14, 7, 11)[brief.variant])
    picture = _bands(brief, level, count, rng)
    tick(0.75, picture)
    grain = noise.sample(fine, (x * 2.2 + 0.2 * level), (y * 2.2))
    picture *= (0.9 + 0.2 * grain)[..., None]
    return np.clip(picture, 0, 1)


def _level(brief: Brief, rng: np.random.Generator, x: Floats, y: Floats, broad: Floats, fine: Floats) -> Floats:
    """Distance from the heart of the stone, bent by noise; 0 at the heart, about 1 at the far edge."""
    bend = noise.sample(broad, x * 0.45 + 0.2, y * 0.45 + 0.6)
    small = noise.sample(fine, x * 0.5, y * 0.5 + 0.35)
    angle = np.float32(rng.uniform(0, np.pi))
    hearts = []
    for _ in range(1 + brief.variant % 3):
        cx, cy = rng.uniform(-0.38, 0.38, 2).astype(np.float32)
        u = (x - cx) * np.cos(angle) - (y - cy) * np.sin(angle)
        v = (x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)
        hearts.append(np.hypot(u * 0.8, v * 1.25))
    near = hearts[0]
    for other in hearts[1:]:  # smooth minimum, so that two hearts share their outer bands
        blend = np.clip(0.5 + (other - near) / 0.5, 0, 1)
        near = other + (near - other) * blend - 0.25 * blend * (1 - blend)
    result: Floats = (near * 0.8 + (bend - 0.5) * 0.75 + (small - 0.5) * 0.14 + 0.12).astype(np.float32)
    return result


def _bands(brief: Brief, level: Floats, count: float, rng: np.random.Generator) -> Floats:
    """Bands of random widths and tones; their borders are drawn one pixel soft."""
    at = level * count
    soft = np.maximum(steepness(at), 1e-3)
    tones = rng.uniform(0.08, 0.98, 64).astype(np.float32)
    tones[1::2] = np.clip(tones[::2] + rng.choice([-0.4, 0.4], 32), 0.05, 0.98)
    index = np.floor(at).astype(np.int32)
    part = at - index.astype(np.float32)
    step = np.clip((part - 1) / soft + 1, 0, 1)  # blend into the next band over its last pixel
    here = tones.take(index, mode="wrap")
    following = tones.take(index + 1, mode="wrap")
    tone = here + (following - here) * step + 0.16 * (part - 0.5) * (1 - step)
    picture = shade(brief.palette.table(), tone)
    voice = np.sin(index.astype(np.float32) * 2.4 + 1) > 0.35
    if len(brief.palette.voices) > 1:
        picture = mix(picture, shade(brief.palette.voice(1), tone), voice.astype(np.float32) * (1 - step))
    for index_line, offset in enumerate((0.5, 0.12)):
        line = np.abs(np.mod(at * (1 + index_line) + offset, 1) - 0.5) / (soft * (1 + index_line))
        cover = np.clip(1.3 - line, 0, 1) * np.float32(0.55)
        picture = mix(picture, brief.palette.accent(index_line), cover)
    heart = 1 - smoothstep(0.02, 0.16, level)
    bright = shade(brief.palette.table(), 0.75 + 0.25 * np.sin(level * 90) * heart)
    return mix(picture, bright, heart * 0.9)
