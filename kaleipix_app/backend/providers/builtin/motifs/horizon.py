"""Wide views: a sky with a sun, and below it water or ridges that fade into the haze."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix, shade
from kaleipix_app.backend.providers.builtin.filters import remap, smoothstep
from kaleipix_app.backend.providers.builtin.oklab import Floats


class _View:
    """Where things are: all in units of the short side, y downwards from the centre."""

    def __init__(self, brief: Brief, salt: str) -> None:
        self.rng = brief.rng(salt)
        self.x, self.y = grid(brief.height, brief.width)
        half = brief.height / brief.short / 2
        side = brief.width / brief.short / 2
        lift = (0.12, 0.22, 0.02, 0.28)[brief.variant]
        self.line = float(half * (lift + self.rng.uniform(-0.05, 0.05)) * 1.4)
        self.sun_x = float(self.rng.uniform(-0.55, 0.55) * side)
        self.sun_r = float((0.11, 0.17, 0.075, 0.13)[brief.variant] * self.rng.uniform(0.85, 1.15))
        self.sun_y = self.line - float(self.rng.uniform(0.25, 2.2)) * self.sun_r
        self.top = -half
        self.bottom = half


def sea(brief: Brief, tick: Tick) -> Floats:
    """Sky, sun and their reflection in moving water."""
    view = _View(brief, "sea")
    water = brief.palette.voices[-1]
    sky = brief.palette.voice(0)
    clouds = noise.texture(view.rng, 3, 6, brief.tile, 0.52)
    tick(0.15, None)
    picture = _sky(brief, view, sky, clouds)
    tick(0.5, picture)
    return _water(brief, view, picture, brief.palette.voice(len(brief.palette.voices) - 1), water.mean(axis=0), tick)


def land(brief: Brief, tick: Tick) -> Floats:
    """Ridge behind ridge, each paler than the one before it."""
    view = _View(brief, "land")
    clouds = noise.texture(view.rng, 3, 6, brief.tile, 0.52)
    tick(0.15, None)
    picture = _sky(brief, view, brief.palette.voice(0), clouds)
    tick(0.5, picture)
    haze = picture[min(int((view.line + view.bottom) * brief.short), brief.height - 1)].mean(axis=0)
    ground = brief.palette.voice(len(brief.palette.voices) - 1)
    count = (5, 7, 4, 6)[brief.variant]
    rough = float(view.rng.choice([0.45, 0.55, 0.62]))
    for layer in range(count):
        _ridge(brief, view, picture, ground, haze, (layer + 0.5) / count, rough)
        tick(0.5 + 0.5 * (layer + 1) / count, picture)
    return np.clip(picture, 0, 1)


def _sky(brief: Brief, view: _View, table: Floats, clouds: Floats) -> Floats:
    x, y = view.x, view.y
    rise = np.clip((view.line - y) / (view.line - view.top), 0, 1)  # 0 at the horizon, 1 at the top
    away = np.hypot((x - view.sun_x) * 0.8, y - view.sun_y)
    near_sun = np.exp(-away / 0.28)
    tone = 0.86 - 0.66 * rise**0.75 + 0.26 * near_sun
    depth = 1 / (rise + 0.16)
    u = (x * depth * 0.16 + 0.3).astype(np.float32)
    v = (depth * 0.42).astype(np.float32)
    cloud = noise.sample(clouds, u, v)
    cloud = smoothstep(0.5, 0.78, cloud) * smoothstep(0.0, 0.12, rise)
    lit = noise.sample(clouds, u + 0.012, v - 0.02)
    tone = tone + cloud * (0.3 * (lit - 0.5) + 0.2 * near_sun + 0.1)
    picture = shade(table, tone)
    spark = brief.palette.accent(0)
    picture = mix(picture, spark, np.clip(cloud * near_sun * 0.75, 0, 1))
    disc = np.clip((view.sun_r - away_round(x, y, view)) * brief.short + 0.5, 0, 1)
    face = table[-1] * 0.85 + spark * 0.15
    picture = mix(picture, face, disc * (1 - 0.45 * cloud))
    halo = np.exp(-np.maximum(away_round(x, y, view) - view.sun_r, 0) / 0.07) * 0.5
    result: Floats = picture + (1 - picture) * (halo * (1 - disc))[..., None] * face
    return result


def away_round(x: Floats, y: Floats, view: _View) -> Floats:
    """Distance from the sun's centre."""
    result: Floats = np.hypot(x - view.sun_x, y - view.sun_y)
    return result


def _water(brief: Brief, view: _View, picture: Floats, table: Floats, mean: Floats, tick: Tick) -> Floats:
    del mean
    start = int(np.clip((view.line + view.bottom) * brief.short, 8, brief.height - 8))
    x, y = view.x, view.y[start:]
    depth = (y - view.line) / (view.bottom - view.line)  # 0 at the horizon, 1 in front
    waves = noise.texture(view.rng, 4, 5, brief.tile, 0.55)
    far = 1 / (depth + 0.045)
    u = (x * far * 0.09 + 0.1).astype(np.float32)
    v = (far * 0.55).astype(np.float32)
    swell = noise.sample(waves, u, v) - 0.5
    ripple = noise.sample(waves, u * 2.3 + 0.4, v * 2.1) - 0.5
    tick(0.65, picture)
    wave = swell + 0.5 * ripple
    height, width = brief.height, brief.width
    px = np.arange(width, dtype=np.float32)[None, :] + wave * (8 + 60 * depth) * (brief.short / 1024)
    py = (
        start
        - (np.arange(height - start, dtype=np.float32)[:, None] + 1) * 0.9
        + wave * (20 + 190 * depth) * (brief.short / 1024)
    )
    mirror = remap(picture[:start], np.broadcast_to(px, wave.shape).copy(), np.clip(py, 0, start - 1))
    tick(0.8, picture)
    deep = shade(table, 0.5 - 0.34 * depth + 0.75 * wave)
    share = np.clip(0.62 - 0.45 * depth + 0.9 * wave, 0.08, 0.9)
    sea = mix(deep, mirror, share)
    path = np.exp(-(((x - view.sun_x) / (view.sun_r * (0.9 + 1.6 * depth))) ** 2))
    glint = smoothstep(0.02, 0.16, wave) * path * (0.95 - 0.5 * depth)
    sea = mix(sea, brief.palette.voice(0)[-1] * 0.7 + brief.palette.accent(0) * 0.3, np.clip(glint, 0, 1))
    picture[start:] = sea
    return np.clip(picture, 0, 1)


def _ridge(brief: Brief, view: _View, picture: Floats, table: Floats, haze: Floats, near: float, rough: float) -> None:
    """One ridge into the picture; near is 0 for the farthest and 1 for the closest."""
    wave = noise.texture(view.rng, 2, 7, brief.tile, rough)
    row = int(view.rng.integers(1024))
    at = (view.x[0] * (0.35 + 0.25 * (1 - near)) + view.rng.uniform()).astype(np.float32)
    crest = noise.sample(wave, at, np.full_like(at, row / 1024)) - 0.5
    base = view.line + (view.bottom - view.line) * (near**1.3) * 0.9
    edge = base - crest * (0.55 - 0.2 * near) - 0.03
    below = view.y - edge[None, :]
    cover = np.clip(below * brief.short + 0.5, 0, 1)
    body = noise.sample(wave, view.x * 0.8, below * 0.9 + near) - 0.5
    tone = 0.62 - 0.56 * near + 0.22 * body * (0.3 + near)
    colour = shade(table, tone)
    mist = np.clip((1 - near) * 0.55 + smoothstep(0.02, 0.4, below) * 0.4 * (1 - 0.7 * near), 0, 0.9)
    colour = mix(colour, haze, mist)
    picture += (colour - picture) * cover[..., None]
