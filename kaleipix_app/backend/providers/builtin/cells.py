"""Cells of a mosaic: which cell each pixel lies in, how far its border is, and where its centre is.

Borders of Voronoi cells by Inigo Quilez, "Voronoi edges" (2012): the true distance to the bisector, so that every
joint has the same width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaleipix_app.backend.providers.builtin.brief import Tick
from kaleipix_app.backend.providers.builtin.oklab import Floats

_BAND = 160  # rows at a time: bounds memory, and a cancel waits no longer


@dataclass(frozen=True, eq=False)
class Cells:
    """All arrays are (h, w); distances and offsets in pixels."""

    number: NDArray[np.int32]  # 0 to count - 1
    border: Floats  # distance to the nearest border of the own cell
    dx: Floats  # from the cell's centre
    dy: Floats
    count: int

    def means(self, picture: Floats) -> Floats:
        """(count, 3) average colour of a picture in each cell."""
        number = self.number.ravel()
        pixels = np.maximum(np.bincount(number, minlength=self.count), 1)
        sums = [np.bincount(number, picture[..., c].ravel(), minlength=self.count) for c in range(3)]
        return (np.stack(sums, axis=-1) / pixels[:, None]).astype(np.float32)


def voronoi(
    height: int, width: int, size: float, jitter: float, rng: np.random.Generator, tick: Tick, span: tuple[float, float]
) -> Cells:
    """Cells of about `size` pixels around points of a honeycomb moved by up to `jitter` (0 to 0.45) of it.

    Progress is told from span[0] to span[1].
    """
    columns, rows = int(width / size) + 6, int(height / size) + 6
    px = np.arange(columns, dtype=np.float32)[None, :] - 2 + 0.5 * (np.arange(rows) % 2)[:, None] + 0.25
    py = np.repeat((np.arange(rows, dtype=np.float32) - 2 + 0.5)[:, None], columns, axis=1)
    points = np.stack([px, py]).astype(np.float32) + rng.uniform(-jitter, jitter, (2, rows, columns)).astype(np.float32)
    points *= np.float32(size)
    number = np.empty((height, width), np.int32)
    border, dx, dy = (np.empty((height, width), np.float32) for _ in range(3))
    for top in range(0, height, _BAND):
        rows_here = slice(top, min(top + _BAND, height))
        parts = _band(points, np.float32(size), rows_here, width)
        number[rows_here], border[rows_here], dx[rows_here], dy[rows_here] = parts
        tick(span[0] + (span[1] - span[0]) * rows_here.stop / height, None)
    return Cells(number, border, dx, dy, rows * columns)


_Band = tuple[NDArray[np.int32], Floats, Floats, Floats]


def _band(points: Floats, size: np.float32, rows: slice, width: int) -> _Band:
    flat_x, flat_y = points[0].ravel(), points[1].ravel()
    columns = points.shape[2]
    x = (np.arange(width, dtype=np.float32) + 0.5)[None, :]
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5)[:, None]
    home = (np.floor(y / size).astype(np.int32) + 2) * columns + np.floor(x / size).astype(np.int32) + 2
    best = np.full(home.shape, np.inf, np.float32)
    number = home.copy()
    around = [dj * columns + di for dj in (-1, 0, 1) for di in (-1, 0, 1)]
    for step in around:
        other = home + step
        distance = (flat_x.take(other) - x) ** 2 + (flat_y.take(other) - y) ** 2
        closer = distance < best
        best = np.where(closer, distance, best)
        number = np.where(closer, other, number)
    mx, my = flat_x.take(number), flat_y.take(number)
    border = np.full(home.shape, np.inf, np.float32)
    for step in around:
        if step == 0:
            continue
        other = np.clip(number + step, 0, flat_x.size - 1)
        ox, oy = flat_x.take(other), flat_y.take(other)
        ax, ay = ox - mx, oy - my
        to_edge = ((ox + mx) * 0.5 - x) * ax + ((oy + my) * 0.5 - y) * ay
        border = np.minimum(border, to_edge / np.maximum(np.hypot(ax, ay), 1e-3))
    return number, border, x - mx, y - my


def rings(height: int, width: int, size: float, cx: float, cy: float) -> Cells:
    """Nearly square cells in rings around a point (pixels), as Roman floors were laid."""
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5 - cx))[None, :]
    y = (np.arange(height, dtype=np.float32) + np.float32(0.5 - cy))[:, None]
    radius = np.hypot(x, y)
    ring = np.floor(radius / np.float32(size)).astype(np.int32)
    middle = (ring + np.float32(0.5)) * np.float32(size)
    around = np.maximum(np.round(2 * np.pi * (np.arange(ring.max() + 1) + 0.5) * 0.87), 3).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(around)])
    share = np.arctan2(y, x) / np.float32(2 * np.pi) + np.float32(0.5) + ring.astype(np.float32) * np.float32(0.381966)
    place = np.mod(share, 1) * around[ring].astype(np.float32)
    index = np.minimum(place.astype(np.int32), around[ring] - 1)
    arc = np.float32(2 * np.pi) * middle / around[ring].astype(np.float32)
    along = (place - index.astype(np.float32) - np.float32(0.5)) * arc
    out = radius - middle
    border = np.minimum(np.float32(size / 2) - np.abs(out), arc * np.float32(0.5) - np.abs(along))
    cos, sin = x / np.maximum(radius, 1e-3), y / np.maximum(radius, 1e-3)
    dx, dy = out * cos - along * sin, out * sin + along * cos
    number = (first[ring] + index).astype(np.int32)
    as_float = [part.astype(np.float32) for part in (border, dx, dy)]
    return Cells(number, as_float[0], as_float[1], as_float[2], int(first[-1]))
