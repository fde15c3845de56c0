"""Small image filters on float32 arrays: blurs, gradients, an edge-preserving smoother, resizing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kaleipix_app.backend.providers.builtin.oklab import Floats

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709


def luma(rgb: Floats) -> Floats:
    """(h, w) brightness of an (h, w, 3) picture."""
    result: Floats = rgb[..., 0] * LUMA[0] + rgb[..., 1] * LUMA[1] + rgb[..., 2] * LUMA[2]
    return result


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """0 below low, 1 above high and an S-curve between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0).astype(np.float32)
    result: Floats = t * t * (3 - 2 * t)
    return result


def resize(plane: Floats, width: int, height: int, how: Image.Resampling = Image.Resampling.BICUBIC) -> Floats:
    """An (h, w) or (h, w, 3) array in another size."""
    if plane.ndim == 2:
        return np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize((width, height), how))
    return np.stack([resize(plane[..., channel], width, height, how) for channel in range(plane.shape[2])], axis=-1)


def soften(plane: Floats, radius: float) -> Floats:
    """A wide blur of about `radius` pixels: shrink and grow again, whose cost falls as the radius grows."""
    height, width = plane.shape[:2]
    factor = max(radius / 1.5, 1.0)
    small = (max(int(width / factor), 2), max(int(height / factor), 2))
    return resize(resize(plane, *small, how=Image.Resampling.HAMMING), width, height)


def box(plane: Floats, radius: int) -> Floats:
    """Mean over a square of 2 radius + 1, edges repeated. Sums in float64 since variances are made from it."""
    out: NDArray[np.float64] = plane.astype(np.float64)
    for axis in (0, 1):
        pad = [(0, 0)] * out.ndim
        pad[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(out, pad, mode="edge"), axis=axis)
        count = out.shape[axis]
        high = np.take(sums, range(2 * radius + 1, 2 * radius + 1 + count), axis=axis)
        low = np.take(sums, range(count), axis=axis)
        out = (high - low) / (2 * radius + 1)
    return out.astype(np.float32)


def guided(rgb: Floats, radius: int, edge: float, step: Callable[[], None], shrink: int = 4) -> Floats:
    """Smooth inside, sharp at edges: fast guided filter, He and Sun (2015), guided by brightness.

    `edge` is the variance that counts as an edge; coefficients are made `shrink` times smaller.
    `step` is called between channels.
    """
    height, width = rgb.shape[:2]
    size = (max(width // shrink, 4), max(height // shrink, 4))
    small = resize(rgb, *size, how=Image.Resampling.BOX)
    guide = luma(small)
    r = max(radius // shrink, 1)
    mean = box(guide, r)
    variance = box(guide * guide, r) - mean * mean
    full = luma(rgb)
    out = np.empty_like(rgb)
    for channel in range(3):
        step()
        plane = small[..., channel]
        mean_plane = box(plane, r)
        slope = (box(guide * plane, r) - mean * mean_plane) / (variance + edge)
        offset = mean_plane - slope * mean
        out[..., channel] = resize(box(slope, r), width, height) * full + resize(box(offset, r), width, height)
    return np.clip(out, 0.0, 1.0)


def slopes(plane: Floats) -> tuple[Floats, Floats]:
    """Central differences along x and y, a pixel as the unit."""
    dx = np.empty_like(plane)
    dy = np.empty_like(plane)
    dx[:, 1:-1] = (plane[:, 2:] - plane[:, :-2]) * 0.5
    dx[:, 0] = dx[:, -1] = 0
    dy[1:-1] = (plane[2:] - plane[:-2]) * 0.5
    dy[0] = dy[-1] = 0
    return dx, dy


def steepness(plane: Floats) -> Floats:
    """Length of the slope at each pixel."""
    dx, dy = slopes(plane)
    return np.hypot(dx, dy)


def remap(rgb: Floats, x: Floats, y: Floats) -> Floats:
    """Colours of a picture at pixel positions (any shape), bilinear, mirrored beyond the edges: no seam anywhere."""
    height, width = rgb.shape[:2]
    x = mirrored(x, width)
    y = mirrored(y, height)
    ix = np.minimum(x.astype(np.int32), width - 2)
    iy = np.minimum(y.astype(np.int32), height - 2)
    fx, fy = x - ix, y - iy
    index = iy * width + ix
    out = np.empty((*index.shape, rgb.shape[2]), rgb.dtype)
    for channel in range(rgb.shape[2]):  # plane by plane: three floats at a time are gathered and mixed slowly
        plane = np.ascontiguousarray(rgb[..., channel]).ravel()
        upper = plane.take(index)
        upper += (plane.take(index + 1) - upper) * fx
        lower = plane.take(index + width)
        lower += (plane.take(index + width + 1) - lower) * fx
        upper += (lower - upper) * fy
        out[..., channel] = upper
    return out


def mirrored(at: Floats, size: int) -> Floats:
    """Positions folded back into 0 to size - 1, as between two mirrors."""
    span = np.float32(size - 1)
    folded = np.mod(at, 2 * span)
    return span - np.abs(folded - span)


def glow(rgb: Floats, radius: float, amount: float, floor: float = 0.55) -> Floats:
    """Bright parts shine into their surroundings (screen blend), as in a lens."""
    bright = np.maximum(rgb - floor, 0.0) / (1 - floor)
    halo = soften(bright, radius)
    result: Floats = np.clip(1 - (1 - rgb) * (1 - np.clip(amount * halo, 0, 1)), 0.0, 1.0)
    return result


def vignette(height: int, width: int, amount: float) -> Floats:
    """(h, w, 1) factor that darkens the corners softly."""
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return (1 - amount * smoothstep(0.5, 1.9, x * x + y * y))[..., None]
