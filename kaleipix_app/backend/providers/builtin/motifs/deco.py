"""Art deco: fans, sunbursts and diamonds with thin metal lines."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import smoothstep
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """An ornament; the seed's variant chooses which."""
    rng = brief.rng("deco")
    x, y = grid(brief.height, brief.width)
    tick(0.1, None)
    lines = (_fans, _burst, _diamonds, _scales)[brief.variant](rng, x, y)
    field, line, ring = lines
    tick(0.5, None)
    count = len(brief.palette.voices)
    metal = brief.palette.voice(0)
    enamel = brief.palette.voice(1) if count > 1 else brief.palette.voice(0)
    sheen = noise.sample(noise.texture(rng, 3, 4, 512), x * 0.35, y * 0.35)
    tone = np.where(np.mod(ring, 3) < 1, 0.1, np.where(np.mod(ring, 3) < 2, 0.34, 0.52))
    picture = shade(enamel, (tone + 0.16 * (field - 0.5) + 0.12 * (sheen - 0.5)).astype(np.float32))
    inlay = shade(metal, 0.34 + 0.5 * field + 0.25 * (sheen - 0.5))
    picture = mix(picture, inlay, (np.mod(ring, 4) == 3).astype(np.float32) * 0.95)
    tick(0.75, picture)
    gleam = shade(metal, 0.6 + 0.38 * np.sin((x + 0.6 * y) * 9 + 5 * sheen) * 0.8)
    width = np.float32(2.4 / 1024)
    cover = np.clip((width - line) * brief.short + 0.5, 0, 1)
    shadow = 1 - 0.4 * (1 - smoothstep(0.0, 0.008, line))
    return np.clip(mix(picture * shadow[..., None], gleam, cover), 0, 1)


Parts = tuple[Floats, Floats, Floats]  # light inside a field 0 to 1, distance to the nearest line, number of the ring


def _rings(radius: Floats, step: float) -> tuple[Floats, Floats]:
    ring = np.floor(radius / step)
    part = radius - ring * step
    return ring.astype(np.float32), np.minimum(part, step - part)


def _fans(rng: np.random.Generator, x: Floats, y: Floats) -> Parts:
    """Overlapping fans with rays (the Japanese seigaiha, as deco liked it)."""
    size = float(rng.uniform(0.2, 0.3))
    return _overlapping(x, y, size, rays=int(rng.choice([9, 11, 13])))


def _scales(rng: np.random.Generator, x: Floats, y: Floats) -> Parts:
    """Smaller scales of plain rings."""
    return _overlapping(x, y, float(rng.uniform(0.1, 0.15)), rays=0)


def _overlapping(x: Floats, y: Floats, size: float, rays: int) -> Parts:
    """Rows of circles, each half over the row above; the lowest centre wins."""
    best = np.full(np.broadcast_shapes(x.shape, y.shape), -1.0, np.float32)
    across = np.zeros_like(best)
    row = np.floor(y / (size / 2))
    for back in (2, 1, 0, -1):  # from the row above (behind) to the row below (in front)
        number = row - back + 1
        shift = np.mod(number, 2) * size
        dx = np.mod(x + shift + size, 2 * size) - size
        dy = y - (number + 1) * (size / 2)
        radius = np.hypot(dx, dy)
        take = radius < size
        best = np.where(take, radius, best)
        across = np.where(take, np.arctan2(dx, -dy), across)
    ring, line = _rings(best, size / 5)
    if rays:
        step = np.float32(np.pi * 2 / (rays * 2))
        part = np.mod(across + step / 2, step)
        near = np.minimum(part, step - part) * best
        outer = ring == 3
        line = np.where(outer, np.minimum(line, near), line)
    field = np.clip(best / size, 0, 1)
    return field.astype(np.float32), line.astype(np.float32), ring


def _burst(rng: np.random.Generator, x: Floats, y: Floats) -> Parts:
    """A sun with rays and stepped arches."""
    cx, cy = float(rng.uniform(-0.2, 0.2)), float(rng.choice([0.5, 0.36, 0.12]))
    radius = np.hypot(x - cx, y - cy)
    angle = np.arctan2(x - cx, -(y - cy))
    count = int(rng.choice([24, 32, 40]))
    step = np.float32(2 * np.pi / count)
    ray = np.floor(angle / step)
    part = np.mod(angle, step)
    bands = np.digitize(radius, np.array([0.1, 0.16, 0.2, 0.38, 0.42, 0.66, 0.71, 1.0])).astype(np.float32)
    edges = np.min([np.abs(radius - r) for r in (0.1, 0.16, 0.2, 0.38, 0.42, 0.66, 0.71, 1.0)], axis=0)
    striped = np.mod(bands, 2) == 1
    ring = np.where(striped, np.mod(ray, 2) * 2 + 1, bands + 2)
    line = np.where(striped, np.minimum(edges, np.minimum(part, step - part) * radius), edges)
    field = 0.5 + 0.5 * np.cos(part / step * 2 * np.pi - 1) * np.exp(-radius * 0.4)
    return field.astype(np.float32), line.astype(np.float32), ring.astype(np.float32)


def _diamonds(rng: np.random.Generator, x: Floats, y: Floats) -> Parts:
    """Nested diamonds, every other one turned to the light."""
    size = float(rng.uniform(0.24, 0.36))
    u, v = x / size, y / (size * 1.6)
    cell_u, cell_v = np.floor(u + v), np.floor(u - v)
    fu, fv = np.mod(u + v, 1) - 0.5, np.mod(u - v, 1) - 0.5
    reach = np.maximum(np.abs(fu), np.abs(fv)) * 2
    ring, line = _rings(reach.astype(np.float32), 0.25)
    field = 0.5 + 0.5 * np.where(np.abs(fu) > np.abs(fv), np.sign(fu), np.sign(fv) * 0.4)
    ring = ring + np.mod(cell_u + cell_v, 2) * 2
    return field.astype(np.float32), (line * np.float32(size * 0.42)).astype(np.float32), ring.astype(np.float32)
