"""A city at night: towers with lit windows, signs that glow, and a wet street that gives it all back."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import glow, remap, smoothstep
from kaleipix_app.backend.providers.builtin.motifs.stamp import disc, patch
from kaleipix_app.backend.providers.builtin.oklab import Floats


def paint(brief: Brief, tick: Tick) -> Floats:
    """The skyline, its light and its reflection."""
    rng = brief.rng("city")
    x, y = grid(brief.height, brief.width)
    street = int(brief.height * (0.68, 0.78, 0.6, 0.72)[brief.variant])
    line = float(y[street, 0])
    table = brief.palette.voice(0)
    clouds = noise.texture(rng, 3, 5, 512)
    rise = np.clip((line - y) / (line + 0.5 * brief.height / brief.short), 0, 1)
    haze = noise.sample(clouds, x * 0.4, y * 0.9)
    picture = shade(table, 0.72 - 0.62 * rise**0.55 + 0.3 * (haze - 0.5))
    _moon(brief, rng, picture, line)
    tick(0.2, picture)
    for layer in range(4):
        _towers(brief, rng, picture, table, street, layer)
        tick(0.2 + 0.1 * (layer + 1), picture)
    picture = glow(picture, brief.short * 0.02, 0.9, 0.45)
    tick(0.7, picture)
    _reflect(brief, rng, picture, street)
    picture = glow(picture, brief.short * 0.06, 0.35, 0.5)
    tick(0.85, picture)
    _lights(brief, rng, picture, street)
    return np.clip(picture, 0, 1)


def _moon(brief: Brief, rng: np.random.Generator, picture: Floats, line: float) -> None:
    size = brief.short * float((0.09, 0.15, 0.12, 0.2)[brief.variant])
    cx = float(rng.uniform(0.2, 0.8)) * brief.width
    cy = float(rng.uniform(0.18, 0.42)) * brief.height
    face = brief.palette.accent(brief.seed)
    area = patch(picture, cx, cy, size * 3.5)
    if area:
        radius = np.hypot(area.x, area.y)
        area.shine(
            face, np.exp(-np.maximum(radius - size, 0) / (size * 0.5)) * np.clip(3.5 - radius / size, 0, 1) * 0.4
        )
        area.lay(face * (0.8 + 0.2 * (area.y / size))[..., None].clip(0, 1), disc(radius, size, 1.5))


def _towers(brief: Brief, rng: np.random.Generator, picture: Floats, table: Floats, street: int, layer: int) -> None:
    """One row of towers; layer 0 is the farthest."""
    near = (layer + 1) / 4
    unit = brief.short / 1024
    left = -int(rng.uniform(0, 60) * unit)
    body = table[int((0.42 - 0.36 * near) * (len(table) - 1))]
    while left < brief.width:
        width = max(int(rng.uniform(34, 70) * (0.7 + near) * unit), 6)
        tall = int(rng.uniform(0.2, 1.0) ** 1.4 * (0.95 - 0.45 * near) * street * 0.9 + 0.1 * street)
        top = max(street - tall, 0)
        right = min(left + width, brief.width)
        if right > max(left, 0):
            _tower(brief, rng, picture[top:street, max(left, 0) : right], body, near, unit)
            if rng.uniform() < 0.25 and width > 12:
                mast = min(max(left + width // 2, 0), brief.width - 1)
                thin = max(int(2 * unit), 1)
                picture[max(top - int(50 * unit), 0) : top, mast : mast + thin] = body
        left += width + int(rng.uniform(-6, 26) * unit * (1.4 - near))


def _tower(brief: Brief, rng: np.random.Generator, view: Floats, body: Floats, near: float, unit: float) -> None:
    height, width = view.shape[:2]
    fade = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 2
    view[:] = body + (view - body) * (0.18 + 0.5 * (1 - near) * fade)
    cell = max(int((7 + 7 * near) * unit), 3)
    gap = max(cell // 3, 1)
    rows, columns = max((height - cell) // cell, 0), max((width - cell) // cell, 0)
    if not rows or not columns:
        return
    lit = rng.uniform(size=(rows, columns)) < rng.uniform(0.15, 0.55)
    tint = brief.palette.accent(int(rng.integers(len(brief.palette.accents))))
    warm = brief.palette.voice(0)[-1]
    power = rng.uniform(0.35, 1.0, (rows, columns)).astype(np.float32) * lit * (0.45 + 0.55 * near)
    colours = np.where(rng.uniform(size=(rows, columns, 1)) < 0.7, tint, warm).astype(np.float32)
    tile = np.zeros((cell, cell), np.float32)
    tile[gap:, gap:] = 1
    cover = np.kron(power, tile)[..., None]
    area = view[cell // 2 : cell // 2 + rows * cell, cell // 2 : cell // 2 + columns * cell]
    area += (np.repeat(np.repeat(colours, cell, 0), cell, 1) - area) * cover
    if rng.uniform() < 0.3 and width > 4 * cell and near > 0.4:  # a neon strip up one edge
        sign = brief.palette.accent(int(rng.integers(8)))
        view[height // 8 : height * 3 // 4, width - max(cell // 2, 2) :] = sign


def _reflect(brief: Brief, rng: np.random.Generator, picture: Floats, street: int) -> None:
    """The street: the scene upside down, stretched and broken by ripples."""
    rows = brief.height - street
    waves = noise.texture(rng, 4, 5, 512, 0.6)
    x, _ = grid(brief.height, brief.width)
    down = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    far = 1 / (down + 0.07)
    wave = noise.sample(waves, x * far * 0.12 + 0.3, far * 0.6) - 0.5
    unit = brief.short / 1024
    px = np.arange(brief.width, dtype=np.float32)[None, :] + wave * (10 + 70 * down) * unit
    py = street - 1 - np.arange(rows, dtype=np.float32)[:, None] * 1.5 - np.abs(wave) * (60 + 300 * down) * unit
    mirror = remap(picture[:street], px, np.clip(py, 0, street - 1))
    wet = brief.palette.voice(0)[int(0.08 * 2047)]
    picture[street:] = mix(mirror, wet, 0.18 + 0.5 * smoothstep(0.1, 1.0, down) + 0 * wave)


def _lights(brief: Brief, rng: np.random.Generator, picture: Floats, street: int) -> None:
    """Lamps out of focus in front of it all."""
    for _ in range((26, 14, 40, 20)[brief.variant]):
        size = brief.short * float(rng.uniform(0.012, 0.045))
        cx = float(rng.uniform(0, brief.width))
        cy = street + float(rng.normal(0.1, 0.16)) * brief.height
        area = patch(picture, cx, cy, size + 3)
        if area:
            radius = np.hypot(area.x, area.y)
            ring = 0.55 + 0.45 * smoothstep(0.5, 1.0, radius / size)
            light = disc(radius, size, 2.0) * ring * np.float32(rng.uniform(0.15, 0.5))
            area.shine(brief.palette.accent(int(rng.integers(8))), light)
