"""Posterise: a screen print of few flat colours with smooth contours."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin import noise
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick, grid, mix
from kaleipix_app.backend.providers.builtin.filters import guided, luma, slopes, soften
from kaleipix_app.backend.providers.builtin.grade import graded
from kaleipix_app.backend.providers.builtin.ground import ground
from kaleipix_app.backend.providers.builtin.kmeans import main_colours, seen
from kaleipix_app.backend.providers.builtin.oklab import Floats

_BAND = 192  # rows at a time


def render(brief: Brief, tick: Tick) -> Floats:
    """The print. More strength, fewer colours."""
    picture = ground(brief, lambda done, frame: tick(0.4 * done, frame))
    tick(0.42, picture)
    vivid = graded(picture, None, 0.0, vivid=0.55)
    tick(0.45, vivid)
    smooth = guided(vivid, max(brief.short // 110, 4), 0.003, lambda: tick(0.48, vivid), shrink=2)
    tick(0.5, smooth)
    smooth = soften(smooth, max(brief.short * (0.008 if brief.variant == 1 else 0.005), 1.6))
    tick(0.6, smooth)
    rng = brief.rng("inks")
    count = round((15, 13, 10, 12)[brief.variant] - 5 * (brief.strength - 0.5))
    inks = main_colours(smooth, count, rng)
    out = np.empty_like(smooth)
    lines = np.empty(smooth.shape[:2], np.float32)
    tick(0.63, smooth)
    steep = _steepness(seen(smooth))
    for top in range(0, brief.height, _BAND):
        rows = slice(top, min(top + _BAND, brief.height))
        out[rows], lines[rows] = _printed(smooth[rows], steep[rows], inks)
        tick(0.65 + 0.3 * rows.stop / brief.height, out if top else None)
    return _finished(brief, rng, out, lines, inks, luma(smooth))


def _steepness(picture: Floats) -> Floats:
    total = np.zeros(picture.shape[:2], np.float32)
    for channel in range(3):
        dx, dy = slopes(picture[..., channel])
        total += dx * dx + dy * dy
    return np.sqrt(total)


def _printed(picture: Floats, steep: Floats, inks: Floats) -> tuple[Floats, Floats]:
    """Each pixel's nearest ink, and its distance in pixels to the contour with the second nearest.

    The distance of a colour to the plane between two inks, divided by how fast colours change here, is a distance
    in pixels; over the last pixel the two inks are mixed.
    """
    light, red, blue = np.ascontiguousarray(np.moveaxis(seen(picture), -1, 0))  # planes: sums over them are quick
    inks_seen = seen(inks)
    best = np.full(steep.shape, np.inf, np.float32)
    second = best.copy()
    first_ink = np.zeros(steep.shape, np.int32)
    second_ink = np.zeros(steep.shape, np.int32)
    for index, ink in enumerate(inks_seen):
        gap = (light - ink[0]) ** 2 + (red - ink[1]) ** 2 + (blue - ink[2]) ** 2
        closer = gap < best
        second_ink[gap < second] = index
        np.copyto(second_ink, first_ink, where=closer)
        np.minimum(second, np.maximum(gap, best), out=second)
        first_ink[closer] = index
        np.minimum(best, gap, out=best)
    apart = np.sqrt(((inks_seen[:, None] - inks_seen[None]) ** 2).sum(axis=-1)).astype(np.float32)
    plane = (second - best) / (2 * np.maximum(apart[first_ink, second_ink], 1e-3))
    pixels = plane / np.maximum(steep, 1e-4)
    weak = np.maximum(0.2 - apart[first_ink, second_ink], 0) * 40  # like colours need no line between them
    share = np.clip(0.5 + pixels, 0, 1)[..., None]
    printed = inks.take(second_ink, axis=0) * (1 - share) + inks.take(first_ink, axis=0) * share
    return printed, pixels + weak


def _finished(brief: Brief, rng: np.random.Generator, out: Floats, lines: Floats, inks: Floats, tone: Floats) -> Floats:
    """What the variant adds: nothing, contour lines, a hatched shadow or a dotted light."""
    x, y = grid(brief.height, brief.width)
    px, py = x * brief.short, y * brief.short
    unit = max(brief.short / 1024, 0.4)
    dark, light = inks[0] * 0.55, inks[-1] * 0.4 + 0.6
    if brief.variant == 1:
        out = mix(out, dark, np.clip(1.5 * unit - lines + 0.5, 0, 1) * np.float32(0.9))
    elif brief.variant == 2:
        pitch = 9 * unit
        stroke = np.abs(np.mod((px + py) / pitch, 1) - 0.5) * pitch
        out = mix(out, dark, np.clip(pitch * (0.42 - tone) - stroke + 0.5, 0, 1) * np.float32(0.75))
    elif brief.variant == 3:
        pitch = 8 * unit
        du, dv = (np.mod((px + s * py) / (pitch * 1.414), 1) - 0.5 for s in (1, -1))
        dot = np.hypot(du, dv) * pitch * 1.414
        out = mix(out, light, np.clip(pitch * 0.9 * (tone - 0.55) - dot + 0.5, 0, 1) * np.float32(0.6))
    fibre = noise.sample(noise.texture(rng, 32, 4, 512, 0.8), x * 1.3, y * 1.3) - 0.5
    return np.clip(out * (1 + 0.05 * fibre)[..., None], 0, 1)
