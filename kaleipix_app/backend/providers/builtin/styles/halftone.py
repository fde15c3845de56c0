"""Halftone: the picture printed in four inks through rotated screens, on paper."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid
from kaleipix_app.backend.providers.builtin.filters import LUMA, luma, soften
from kaleipix_app.backend.providers.builtin.grade import graded
from kaleipix_app.backend.providers.builtin.ground import ground
from kaleipix_app.backend.providers.builtin.oklab import Floats

#: What each ink lets through (sRGB). Nearly pure, so that overprints stay clean; the fourth is found in the picture.
_INKS = np.array([[0.0, 0.9, 1.0], [1.0, 0.07, 0.88], [1.0, 0.95, 0.04], [0.0, 0.0, 0.0]], np.float32)
_PAPER = np.array([0.985, 0.965, 0.925], np.float32)
#: The printer's angles: 30 degrees between the strong inks, which gives rosettes instead of moire.
_ANGLES = (15.0, 75.0, 0.0, 45.0)


def render(brief: Brief, tick: Tick) -> Floats:
    """The print. More strength, coarser dots."""
    picture = ground(brief, lambda done, frame: tick(0.5 * done, frame))
    pitch = max(brief.short * (0.0062 + 0.0058 * brief.strength), 4.0)
    tick(0.52, picture)
    picture = soften(picture, pitch * 0.4)
    tick(0.55, picture)
    picture = graded(picture, None, 0.0, vivid=0.35)
    densities = _separate(picture)
    inks = _INKS.copy()
    inks[3] = _deepest(picture)
    tick(0.6, picture)
    rng = brief.rng("print")
    out = np.empty_like(picture)
    out[:] = _PAPER
    x, y = grid(brief.height, brief.width)
    for index in range(4):
        density = densities[..., index]
        cover = _screen(brief, rng, x * brief.short, y * brief.short, density, pitch, index)
        out *= 1 - cover[..., None] * (1 - inks[index])
        tick(0.6 + 0.08 * (index + 1), out)
    fibre = noise.sample(noise.texture(rng, 32, 4, 512, 0.8), x * 1.3, y * 1.3) - 0.5
    return np.clip(out * (1 + 0.07 * fibre)[..., None], 0, 1)


def _separate(picture: Floats) -> Floats:
    """Densities of cyan, magenta, yellow and black; part of the grey goes into black."""
    cmy = 1 - picture
    grey = cmy.min(axis=-1)
    black = 0.7 * np.clip((grey - 0.45) / 0.55, 0, 1) ** 1.5
    out = np.empty((*grey.shape, 4), np.float32)
    out[..., :3] = np.clip((cmy - 0.15 * black[..., None]) * 0.97, 0, 1)
    out[..., 3] = black
    return out


def _deepest(picture: Floats) -> Floats:
    """The fourth ink: not black but the picture's own darkest tone, so that shadows keep their colour."""
    bright = luma(picture)
    dark = picture[bright <= np.quantile(bright, 0.12)].mean(axis=0)
    ink: Floats = np.minimum(dark * 0.75, dark * 0.16 / max(float(dark @ LUMA), 0.01))
    return np.clip(ink, 0.015, 0.45)


def _screen(
    brief: Brief, rng: np.random.Generator, x: Floats, y: Floats, density: Floats, pitch: float, index: int
) -> Floats:
    """Cover of one ink: dots, lines, rings or waves by the seed's variant. Edges are one pixel soft."""
    kind = brief.variant
    angle = np.deg2rad(_ANGLES[index] + float(rng.uniform(-2, 2)))
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    turn = np.float32(2 * np.pi / pitch)
    shift = rng.uniform(-0.5, 0.5, 2).astype(np.float32) * np.float32(pitch)
    u, v = (x * cos - y * sin + shift[0]) * turn, (x * sin + y * cos + shift[1]) * turn
    if kind == 0:
        return _dots(np.cos(u), np.cos(v), density, pitch)
    if kind == 1:
        return _lines(u * np.float32(1.1), density, pitch / 1.1)
    if kind == 2:
        cx, cy = (0.33 * brief.short * np.array([np.cos(angle * 4 + 1), np.sin(angle * 4 + 1)])).astype(np.float32)
        return _lines(np.hypot(x - cx, y - cy) * turn * np.float32(1.1), density, pitch / 1.1)
    return _lines((u + np.float32(1.6) * np.sin(v * np.float32(0.17))), density, pitch)


def _dots(cos_u: Floats, cos_v: Floats, density: Floats, pitch: float) -> Floats:
    """Round dots that meet as a chessboard in the middle tones and leave round holes in the dark ones."""
    sample = np.cos(np.linspace(0, np.pi, 64))
    levels = np.sort((0.5 - 0.25 * (sample[:, None] + sample[None, :])).ravel())
    threshold = np.interp(density, np.linspace(0, 1, levels.size), levels).astype(np.float32)
    field = 0.5 - 0.25 * (cos_u + cos_v)
    soft = np.float32(0.5 * np.pi / pitch * 1.25)
    cover = np.clip((threshold - field) / soft + 0.5, 0, 1)
    return cover * np.clip(density * 30, 0, 1)


def _lines(phase: Floats, density: Floats, pitch: float) -> Floats:
    """Lines that swell with the density, as an engraver's."""
    place = np.abs(np.mod(phase / np.float32(2 * np.pi), 1) - 0.5) * 2  # 0 in the middle of a line
    edge = (density * 1.02 - place) * np.float32(pitch / 2)
    result: Floats = np.clip(edge + 0.5, 0, 1) * np.clip(density * 30, 0, 1)
    return result
