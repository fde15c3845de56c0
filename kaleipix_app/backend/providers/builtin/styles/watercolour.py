"""Watercolour: washes that run, pigment that gathers at their edges, and paper that shows through.

Pigment density after Bousseau, Kaplan, Thollot and Sillion, "Interactive watercolor rendering" (2006):
C' = C (1 - (1 - C)(d - 1)), where d is 1 for an even wash.
"""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix
from kaleipix_app.backend.providers.builtin.filters import guided, luma, remap, smoothstep, soften, steepness
from kaleipix_app.backend.providers.builtin.ground import ground
from kaleipix_app.backend.providers.builtin.oklab import Floats

_PAPER = np.array([0.988, 0.976, 0.95], np.float32)


def render(brief: Brief, tick: Tick) -> Floats:
    """The painting. More strength, wetter paper: softer forms and stronger pigment edges."""
    rng = brief.rng("water")
    picture = ground(brief, lambda done, frame: tick(0.35 * done, frame))
    flow = noise.texture(rng, 5, 5, brief.tile, 0.55)
    x, y = grid(brief.height, brief.width)
    tick(0.38, picture)
    picture = _wobbled(brief, picture, flow, x, y, tick)
    tick(0.45, picture)
    wet = 0.5 + brief.strength
    for index in range(2):
        picture = guided(picture, max(int(brief.short / 90 * wet), 4), 0.0022 * wet, lambda: tick(0.45, None))
        tick(0.55 + 0.08 * index, picture)
    picture = _washes(brief, picture)
    tick(0.72, picture)
    density = _density(brief, rng, picture, flow, x, y, tick)
    tick(0.85, picture)
    picture = np.clip(picture * (1 - (1 - picture) * (density - 1)[..., None]), 0, 1)
    return _on_paper(brief, rng, picture, x, y, tick)


def _wobbled(brief: Brief, picture: Floats, flow: Floats, x: Floats, y: Floats, tick: Tick) -> Floats:
    """Edges as a brush leaves them: moved by a few pixels, here and there by more."""
    reach = brief.short * (0.0025 + 0.0025 * brief.strength)
    dx = (noise.sample(flow, x * 0.9, y * 0.9) - 0.5) * 4
    dy = (noise.sample(flow, x * 0.9 + 0.37, y * 0.9 + 0.61) - 0.5) * 4
    tick(0.41, picture)
    column = np.arange(brief.width, dtype=np.float32)[None, :]
    row = np.arange(brief.height, dtype=np.float32)[:, None]
    return remap(picture, column + dx * np.float32(reach), row + dy * np.float32(reach))


def _washes(brief: Brief, picture: Floats) -> Floats:
    """Tones gathered into soft steps and lifted, because watercolour has no black and its light is the paper."""
    bright = luma(picture)
    steps = 7.0
    at = bright * steps
    part = np.mod(at, 1)
    gathered = (np.floor(at) + smoothstep(0.32, 0.68, part)) / steps
    target = 0.55 * gathered + 0.45 * bright
    target = 0.1 + 0.93 * target**0.92
    factor = target / np.maximum(bright, 0.03)
    lifted = picture * np.minimum(factor, 2.2)[..., None]
    lifted += np.maximum(target - luma(lifted), 0)[..., None] * 0.8
    mean = lifted.mean(axis=-1, keepdims=True)
    result: Floats = np.clip(mean + (lifted - mean) * 1.22, 0, 1)
    return result


def _density(
    brief: Brief, rng: np.random.Generator, picture: Floats, flow: Floats, x: Floats, y: Floats, tick: Tick
) -> Floats:
    """How much pigment lies where: more at the rims of washes, clouds of it, blooms where water ran back."""
    tone = luma(picture)
    unit = brief.short / 1024
    blurred = soften(tone, max(6 * unit, 1.6))
    rim = np.clip((blurred - tone) * 5, -0.1, 0.5) + np.clip(
        steepness(soften(tone, max(3 * unit, 1.6))) * 9 / unit * 0.5, 0, 0.45
    )
    tick(0.74, picture)
    cloud = noise.sample(flow, x * 0.35 + 0.2, y * 0.35) - 0.5
    grain = _grain(rng, x, y)
    density = 1 + (0.5 + 0.6 * brief.strength) * rim + 1.1 * cloud + 0.55 * (grain - 0.5)
    for _ in range((3, 5, 4, 7)[brief.variant]):
        cx, cy = float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-0.6, 0.6))
        size = float(rng.uniform(0.06, 0.2))
        tick(0.78, picture)
        reach = size + 0.03 + 0.08  # the rim, moved by the noise: farther out a bloom changes nothing
        columns, rows = np.abs(x[0] - cx) < reach, np.abs(y[:, 0] - cy) < reach
        if not (columns.any() and rows.any()):
            continue
        bx, by = x[:, columns], y[rows]
        away = np.hypot(bx - cx, by - cy) + (noise.sample(flow, bx * 0.55 + cx, by * 0.55 + cy) - 0.5) * 0.16
        inside = 1 - smoothstep(size * 0.35, size, away)
        edge = np.exp(-(((away - size) / 0.014) ** 2)) * (away < size + 0.03)
        there = np.ix_(rows, columns)
        density[there] = density[there] - 0.32 * inside + 0.12 * edge
    result: Floats = density.astype(np.float32)
    return result


def _grain(rng: np.random.Generator, x: Floats, y: Floats) -> Floats:
    """Height of cold-pressed paper, about 0 to 1."""
    tile = noise.texture(rng, 64, 3, 1024, 0.7)
    return noise.sample(tile, x * 1.7, y * 1.7)


def _on_paper(brief: Brief, rng: np.random.Generator, picture: Floats, x: Floats, y: Floats, tick: Tick) -> Floats:
    """The painted area ends in a ragged brush edge before the sheet does."""
    ragged = noise.texture(rng, 6, 6, brief.tile, 0.62)
    half_x, half_y = brief.width / brief.short / 2, brief.height / brief.short / 2
    inset = np.minimum(half_x - np.abs(x), half_y - np.abs(y))
    wave = noise.sample(ragged, x * 0.7, y * 0.7) - 0.5
    strokes = noise.sample(ragged, x * 0.25 + 0.4 * (brief.variant % 2) * y, y * 2.2 + 0.3) - 0.5
    tick(0.9, picture)
    margin = (0.035, 0.055, 0.028, 0.07)[brief.variant]
    inside = inset - margin + wave * 0.034 + strokes * 0.03
    cover = smoothstep(0.0, 0.005, inside)
    rim = np.exp(-((np.maximum(inside - 0.004, 0) / 0.008) ** 2)) * cover * 0.16
    picture = picture * (1 - rim)[..., None]
    tick(0.94, picture)
    relief = _grain(rng, x, y)
    sheet = _PAPER * (0.985 + 0.03 * (relief - 0.5))[..., None]
    return np.clip(mix(sheet, picture * _PAPER * (1 + 0.07 * (relief - 0.5))[..., None], cover), 0, 1)
