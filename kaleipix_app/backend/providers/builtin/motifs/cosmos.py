"""Deep space: glowing gas, dust before it, stars, and now and then a planet."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import glow, smoothstep
from kaleipix_app.backend.providers.builtin.motifs.stamp import disc, patch
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """A nebula."""
    rng = brief.rng("cosmos")
    first = noise.texture(rng, 3, 6, brief.tile, 0.55)
    second = noise.texture(rng, 3, 6, brief.tile, 0.5)
    tick(0.15, None)
    picture = _gas(brief, rng, first, second, tick)
    _stars(brief, rng, picture)
    picture = glow(picture, brief.short * 0.015, 0.5, 0.6)
    tick(0.9, picture)
    if brief.variant in (1, 3):
        _planet(brief, rng, picture, second)
    return np.clip(picture, 0, 1)


def _gas(brief: Brief, rng: np.random.Generator, first: Floats, second: Floats, tick: Tick) -> Floats:
    x, y = grid(brief.height, brief.width)
    angle = float(rng.uniform(0, np.pi))
    cx, cy = rng.uniform(-0.25, 0.25, 2).astype(np.float32)
    u = (x - cx) * np.float32(np.cos(angle)) + (y - cy) * np.float32(np.sin(angle))
    v = (y - cy) * np.float32(np.cos(angle)) - (x - cx) * np.float32(np.sin(angle))
    q = noise.sample(first, u * 0.5 + 0.2, v * 0.5)
    r = noise.sample(second, u * 0.4 + 0.35 * q, v * 0.55 + 0.35 * q)
    tick(0.35, None)
    detail = noise.sample(first, u * 0.9 + 0.5 * r, v * 0.9 + 0.4)
    ridge = 1 - np.abs(2 * detail - 1)
    if brief.variant == 2:  # two arms around a core
        radius = np.hypot(u, v * 1.7) + 1e-3
        arms = np.cos(2 * np.arctan2(v * 1.7, u) + 7 * np.log(radius + 0.08) + 3 * (q - 0.5))
        body = np.exp(-radius * 2.2) * (0.75 + 0.5 * arms) + 0.7 * np.exp(-radius * 9)
    else:
        body = np.exp(-((v * 2.1 + (q - 0.5) * 1.3) ** 2) * 2) * (0.55 + 0.6 * r)
    cloud = np.clip(body * (0.45 + 0.95 * ridge * r) * 1.25, 0, 1.2)
    tick(0.55, None)
    picture = shade(brief.palette.voice(0), 0.03 + 0.9 * cloud)
    other = shade(brief.palette.voice(len(brief.palette.voices) - 1), 0.05 + 0.9 * cloud)
    picture = mix(picture, other, smoothstep(0.4, 0.62, q))
    tick(0.7, picture)
    tint = brief.palette.accent(brief.seed // 4)
    picture = picture + (1 - picture) * (smoothstep(0.5, 0.8, r) * body * ridge * 0.45).clip(0, 1)[..., None] * tint
    dust = smoothstep(0.5, 0.75, noise.sample(second, u * 1.1 + 0.3 * q, v * 1.1 + 0.6)) * np.clip(body, 0, 1)
    result: Floats = picture * (1 - 0.65 * dust)[..., None]
    return result


def _stars(brief: Brief, rng: np.random.Generator, picture: Floats) -> None:
    count = round(420 * brief.width * brief.height / brief.short**2)
    unit = brief.short / 1024
    for index in range(count):
        power = float(rng.pareto(1.6)) + 0.3
        size = min(0.7 + 0.5 * power, 4.5) * unit + 0.25
        large = index < 9
        reach = size * (16 if large else 4)
        spot = patch(picture, float(rng.uniform(0, brief.width)), float(rng.uniform(0, brief.height)), reach)
        if spot is None:
            continue
        radius = np.hypot(spot.x, spot.y)
        light = np.exp(-(radius**2) / np.float32(size * size)) * min(0.35 + 0.3 * power, 1.0)
        if large:
            cross = np.exp(-np.abs(spot.x) / size * 1.6 - np.abs(spot.y) / size * 0.16)
            cross = cross + np.exp(-np.abs(spot.y) / size * 1.6 - np.abs(spot.x) / size * 0.16)
            light = light + 0.7 * cross * np.clip(1 - radius / reach, 0, 1)
        colour = 0.6 + 0.4 * brief.palette.accent(index)
        spot.shine(colour.astype(np.float32), light.astype(np.float32))


def _planet(brief: Brief, rng: np.random.Generator, picture: Floats, tile: Floats) -> None:
    size = brief.short * float(rng.uniform(0.13, 0.24))
    cx, cy = float(rng.uniform(0.2, 0.8)) * brief.width, float(rng.uniform(0.25, 0.75)) * brief.height
    spot = patch(picture, cx, cy, size * 1.6, float(rng.uniform(-0.6, 0.6)))
    if spot is None:
        return
    radius = np.hypot(spot.x, spot.y)
    nx, ny = spot.x / np.float32(size), spot.y / np.float32(size)
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0, 1))
    band = noise.sample(tile, nx / (0.6 + nz) * 0.12, ny * 0.55 + 0.06 * nz)
    day = np.clip(0.12 + 1.0 * (-0.6 * nx - 0.45 * ny + 0.62 * nz), 0.03, 1)
    face = shade(brief.palette.voice(len(brief.palette.voices) - 1), 0.25 + 0.7 * band) * day[..., None]
    tint = brief.palette.accent(0)
    halo = np.exp(-np.maximum(radius - size, 0) / (size * 0.1)) * np.clip(1.6 - radius / size, 0, 1)
    spot.shine(tint, (halo * np.clip(-0.6 * nx - 0.45 * ny + 0.35, 0, 1) * 0.6).astype(np.float32))
    rim = (1 - nz) ** 3 * day * 0.7
    spot.lay(np.clip(face + tint * rim[..., None], 0, 1), disc(radius, size, 1.5))
