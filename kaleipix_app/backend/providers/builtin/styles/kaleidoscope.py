"""Kaleidoscope: the plane folded between mirrors until every point looks into one small piece of the source.

A fold is a reflection, so lengths are kept and nothing jumps: no seam can appear, and one sampling density is
enough everywhere. The folds after the wedge are those of kaleidoscopic iterated function systems ("Knighty", 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix
from kaleipix_app.backend.providers.builtin.filters import glow, luma, remap, resize, soften, vignette
from kaleipix_app.backend.providers.builtin.grade import graded
from kaleipix_app.backend.providers.builtin.ground import ground
from kaleipix_app.backend.providers.builtin.oklab import Floats

_BAND = 128  # rows at a time
_SHAKES = 20
_AREA = Image.Resampling.BOX


@dataclass(frozen=True)
class _Mirrors:
    """Where the mirrors stand, in units of the short side, and which part of the source they look at."""

    folds: int
    turn: float  # radians, of the whole pattern
    lines: tuple[tuple[float, float], ...]  # further mirrors: angle of the normal, distance from the centre
    zoom: float  # short sides of the source across one short side of the picture
    at: tuple[float, float]  # place in the source, -0.5 to 0.5
    spin: float  # radians, of the source behind the mirrors


def _mirrors(brief: Brief, rng: np.random.Generator) -> _Mirrors:
    wedge = np.pi / brief.folds
    reach = (0.3, 0.42, 0.24, 0.36)[brief.variant]
    lines = []
    for index in range((3, 2, 4, 3)[brief.variant]):
        normal = float(rng.uniform(-0.25, 1.0) * wedge + (index % 2) * rng.uniform(0.25, 1.1))
        lines.append((normal, reach * float(rng.uniform(0.75, 1.2)) * 0.66**index))
    least = 0.85 if brief.source is None else 1.2  # a photograph has fewer pixels to show
    zoom = float(np.exp(rng.uniform(np.log(least), np.log(2.1))))
    x, y = rng.uniform(-0.36, 0.36, 2)
    spin = float(rng.uniform(0, 2 * np.pi))
    return _Mirrors(brief.folds, float(np.deg2rad(brief.rotation)), tuple(lines), zoom, (float(x), float(y)), spin)


def _shaken(brief: Brief, source: Floats) -> _Mirrors:
    """The tube is shaken some times and the richest pattern kept: contrast, colours and their variety count."""
    rng = brief.rng("mirrors")
    scale = 96 / brief.short
    small = resize(source, max(round(brief.width * scale), 4), max(round(brief.height * scale), 4), how=_AREA)
    x, y = grid(64, 64)
    best, choice = -1.0, _mirrors(brief, rng)
    for _ in range(_SHAKES):
        candidate = _mirrors(brief, rng)
        shown = _folded(small, candidate, x, y, 64)
        score = _richness(shown)
        if score > best:
            best, choice = score, candidate
    return choice


def _richness(shown: Floats) -> float:
    bright = luma(shown)
    warm, cool = shown[..., 0] - shown[..., 1], shown[..., 2] - shown[..., 1]
    colour = float(warm.std() + cool.std())
    cells = (shown * 5.99).astype(np.int32) @ np.array([36, 6, 1], np.int32)
    share = np.bincount(cells.ravel(), minlength=216) / cells.size
    variety = float(-(share * np.log(share + 1e-9)).sum())
    parts = [float(block.std()) for row in np.split(bright, 4) for block in np.split(row, 4, axis=1)]
    return 1.2 * colour + 0.22 * variety + 1.6 * float(np.mean(parts)) + 1.2 * min(parts)


def render(brief: Brief, tick: Tick) -> Floats:
    """The folded picture."""
    source = ground(brief, lambda done, frame: tick(0.45 * done, frame))
    source = _crisp(
        graded(source, None, 0.0, vivid=(0.5 if brief.source is None else 0.9) * brief.strength), brief.short
    )
    tick(0.48, source)
    mirrors = _shaken(brief, source)
    tick(0.5, source)
    out = np.empty((brief.height, brief.width, 3), np.float32)
    out[:] = source.mean(axis=(0, 1))
    x, y = grid(brief.height, brief.width)
    for top in range(0, brief.height, _BAND):
        rows = slice(top, min(top + _BAND, brief.height))
        out[rows] = _folded(source, mirrors, x, y[rows], brief.short)
        tick(0.5 + 0.4 * rows.stop / brief.height, out)
    tick(0.92, out)
    out = glow(out, brief.short * 0.02, 0.22, 0.6)
    return np.clip(out * vignette(brief.height, brief.width, 0.3), 0, 1)


def _crisp(picture: Floats, short: int) -> Floats:
    """Unsharp mask: what is looked at through mirrors may sparkle."""
    return np.clip(picture + 0.6 * (picture - soften(picture, max(short * 0.004, 1.6))), 0, 1)


def _folded(source: Floats, mirrors: _Mirrors, x: Floats, y: Floats, short: int) -> Floats:
    """Rows of the picture. The light falls a little at each further mirror, one soft pixel wide at its edge."""
    radius = np.hypot(x, y)
    wedge = np.float32(2 * np.pi / mirrors.folds)
    angle = np.mod(np.arctan2(y, x) - np.float32(mirrors.turn) + wedge / 2, wedge) - wedge / 2
    side = np.clip(angle * radius * short * 0.5 + 0.5, 0, 1)  # which of the two halves of a wedge
    angle = np.abs(angle)
    px, py = radius * np.cos(angle), radius * np.sin(angle)
    light = 1 - 0.07 * side
    for normal, distance in mirrors.lines:
        nx, ny = np.float32(np.cos(normal)), np.float32(np.sin(normal))
        beyond = px * nx + py * ny - np.float32(distance)
        over = np.maximum(beyond, 0)
        px, py = px - 2 * over * nx, py - 2 * over * ny
        light = light * (1 - 0.08 * np.clip(beyond * short * 0.5 + 0.5, 0, 1))
    cos, sin = np.float32(np.cos(mirrors.spin)), np.float32(np.sin(mirrors.spin))
    height, width = source.shape[:2]
    scale = np.float32(mirrors.zoom * min(height, width))
    sx = (px * cos - py * sin) * scale + np.float32((0.5 + mirrors.at[0]) * width)
    sy = (px * sin + py * cos) * scale + np.float32((0.5 + mirrors.at[1]) * height)
    colours = remap(source, sx, sy)
    rim = np.exp(-np.abs(angle * radius) * short * 0.4) * np.clip(radius * 4, 0, 1) * 0.1
    return mix(colours * light[..., None], np.ones(3, np.float32), rim.astype(np.float32))
