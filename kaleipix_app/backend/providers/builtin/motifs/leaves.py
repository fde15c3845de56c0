"""Undergrowth: leaf over leaf, from the dark ground up to the ones that catch the sun."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, shade
from kaleipix_app.backend.providers.builtin.filters import smoothstep, soften
from kaleipix_app.backend.providers.builtin.motifs.stamp import patch
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """Twigs of leaves in five layers."""
    rng = brief.rng("leaves")
    x, y = grid(brief.height, brief.width)
    light = noise.sample(noise.texture(rng, 2, 3, 512), x * 0.5, y * 0.5)
    picture = shade(brief.palette.voice(0), 0.05 + 0.35 * smoothstep(0.25, 0.8, light))
    tick(0.1, picture)
    area = brief.width * brief.height / brief.short**2
    layers = 5
    for layer in range(layers):
        near = (layer + 1) / layers
        for _ in range(round((26 - 3 * layer) * area)):
            cx, cy = float(rng.uniform(0, brief.width)), float(rng.uniform(0, brief.height))
            sun = float(light[min(int(cy), brief.height - 1), min(int(cx), brief.width - 1)])
            _twig(brief, rng, picture, cx, cy, near, sun)
            tick(0.1 + 0.9 * (near - 0.2), picture)
        if layer < 2:
            picture[:] = soften(picture, brief.short * (0.008, 0.003)[layer])
        tick(0.1 + 0.9 * near, picture)
    return np.clip(picture, 0, 1)


def _twig(
    brief: Brief, rng: np.random.Generator, picture: Floats, cx: float, cy: float, near: float, sun: float
) -> None:
    """A stem with leaves to both sides, smaller towards its end: a fern, or a branch."""
    fern = brief.variant in (1, 3)
    long = brief.short * (0.1 + 0.16 * near) * float(rng.uniform(0.6, 1.3))
    angle = float(rng.uniform(0, 2 * np.pi))
    pairs = 11 if fern else 4
    voice = int(rng.integers(len(brief.palette.voices)))
    table = brief.palette.voice(voice)
    tone = float(np.clip(0.1 + 0.42 * near * (0.4 + sun) + rng.normal(0, 0.07), 0.05, 0.8))
    if rng.uniform() < 0.07 * near:
        table, tone = brief.palette.voice(0), 0.86
    bend = float(rng.normal(0, 0.5))
    for pair in range(pairs):
        share = (pair + 0.6) / pairs
        turn = angle + bend * share
        px, py = cx + np.cos(turn) * long * share, cy + np.sin(turn) * long * share
        size = long * (0.42 if fern else 0.62) * (1.05 - 0.75 * share if fern else 1 - 0.35 * share)
        for side in (-1, 1):
            leaf(picture, px, py, size, turn + side * (1.1 if fern else 0.8), table, tone + 0.04 * side)
    leaf(
        picture,
        cx + np.cos(angle + bend) * long * 0.9,
        cy + np.sin(angle + bend) * long * 0.9,
        long * 0.35,
        angle + bend,
        table,
        tone,
    )


def leaf(picture: Floats, cx: float, cy: float, size: float, angle: float, table: Floats, tone: float) -> None:
    """One leaf that starts at (cx, cy) and points along angle, `size` pixels long, with shadow, midrib and veins."""
    half = size / 2
    middle_x, middle_y = cx + np.cos(angle) * half, cy + np.sin(angle) * half
    spot = patch(picture, middle_x, middle_y, half * 1.15, angle)
    if spot is None or size < 3:
        return
    along = np.clip(spot.x / np.float32(half), -1.1, 1.1)  # -1 at the stem, 1 at the tip
    wide = np.float32(size * 0.2) * np.maximum(1 - along * along, 0) ** 0.8 * (1 - 0.3 * along)
    inside = wide - np.abs(spot.y)
    shadow = np.clip(inside / np.float32(size * 0.12) + 0.55, 0, 1) * 0.4
    spot.lay(table[int(0.02 * (len(table) - 1))], shadow)
    across = spot.y / np.maximum(wide, 1.0)
    vein = 0.045 * np.cos((along * 2.2 - np.abs(across) * 0.9) * 12)
    value = tone + 0.13 * np.where(spot.y > 0, 1, -1) * (1 - np.abs(across)) + 0.1 * along + vein
    value = value + 0.2 * np.exp(-np.abs(spot.y) / np.float32(max(size * 0.014, 0.8)))
    spot.lay(shade(table, value.astype(np.float32)), np.clip(inside + 0.5, 0, 1))
