"""What a style works on: the source drawn towards the prompt, or a motif painted from the prompt alone."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kaleipix_app.backend.providers.builtin import motifs
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick
from kaleipix_app.backend.providers.builtin.cells import voronoi
from kaleipix_app.backend.providers.builtin.filters import glow, luma, resize, soften
from kaleipix_app.backend.providers.builtin.grade import graded
from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.palette import tokens

_TINT = 0.85  # at full strength a little of the source's own colour is left


def ground(brief: Brief, tick: Tick, leaded: bool = True) -> Floats:
    """(height, width, 3) sRGB. Strength draws a source to the prompt's palette; without one it adds brilliance.

    A prompt that speaks of stained glass gets panes in lead, unless the style sees to that itself (`leaded`).
    """
    if brief.source is None:
        picture = motifs.paint(brief, lambda done, frame: tick(0.9 * done, frame))
        tick(0.92, picture)
        if leaded and wants_glass(brief.prompt):
            picture = _leaded(brief, picture, tick)
        return graded(picture, None, 0.0, vivid=0.45 * brief.strength)
    spoken = bool(re.search(r"\w", brief.prompt))
    amount = _TINT * brief.strength if spoken else 0.0
    picture = graded(brief.source, brief.palette, amount, vivid=0.3 * brief.strength)
    tick(0.2, picture)
    if amount <= 0:
        return picture
    return _woven(brief, picture, 0.5 * amount, tick)


def _woven(brief: Brief, picture: Floats, amount: float, tick: Tick) -> Floats:
    """The fine structure of the prompt's motif over the picture, as soft light: its shapes, not its colours."""
    size = (max(brief.width * 5 // 8, 16), max(brief.height * 5 // 8, 16))
    small = replace(brief, width=size[0], height=size[1], source=None)
    motif = luma(motifs.paint(small, lambda done, _: tick(0.2 + 0.7 * done, picture)))
    detail = resize(motif - soften(motif, small.short * 0.09), brief.width, brief.height)
    spread = max(float(np.sqrt((detail * detail).mean())), 1e-3)
    light = np.clip(detail * (0.1 / spread), -0.3, 0.3)[..., None] * np.float32(2 * amount)
    result: Floats = np.clip(picture + light * picture * (1 - picture) * 4, 0, 1)
    return result


def _leaded(brief: Brief, picture: Floats, tick: Tick) -> Floats:
    """The picture as panes of glass between dark lead."""
    rng = brief.rng("panes")
    cells = voronoi(
        brief.height, brief.width, max(brief.short * 0.055, 5), 0.42, rng, lambda *_: tick(0.93, None), (0, 1)
    )
    panes = cells.means(picture) * rng.uniform(0.85, 1.2, (cells.count, 1)).astype(np.float32)
    inner = panes.take(cells.number, axis=0)
    inner += (picture - inner) * np.float32(0.3)
    lead = np.clip((cells.border - max(brief.short * 0.0024, 0.6)) / 1.2 + 0.5, 0, 1)
    return glow(np.clip(inner * (0.06 + 0.94 * lead[..., None]), 0, 1), brief.short * 0.02, 0.3)


def wants_glass(prompt: str) -> bool:
    """Whether the prompt speaks of stained glass."""
    return bool({"glass", "glas", "buntglas", "vitrail", "vidriera", "verre", "vitral"} & set(tokens(prompt)))
