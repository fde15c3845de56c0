"""A picture's main colours."""

from __future__ import annotations

import numpy as np

from kaleipix_app.backend.providers.builtin.filters import resize
from kaleipix_app.backend.providers.builtin.oklab import Floats

#: sRGB -> brightness, red-green, blue-yellow; the last two enlarged, since the eye divides a picture by hue first.
_OPPONENT = np.array([[0.2126, 0.7152, 0.0722], [0.9, -0.9, 0.0], [-0.38, -0.38, 0.76]], np.float32)


def seen(rgb: Floats) -> Floats:
    """(…, 3) colours in the space in which this engine compares them."""
    out: Floats = np.einsum("...c,kc->...k", rgb, _OPPONENT)
    return out


def main_colours(picture: Floats, count: int, rng: np.random.Generator, rounds: int = 10) -> Floats:
    """(count, 3) sRGB, dark to light: k-means on a thumbnail, started with k-means++ (Arthur, Vassilvitskii 2007).

    Colours far from the average count for more: the green of an eye is small but is what one looks at.
    """
    pixels = resize(picture, 72, 72).reshape(-1, 3).clip(0, 1)
    points = seen(pixels)
    weight = 0.25 + 12 * np.hypot(*(points - points.mean(axis=0))[:, 1:].T) ** 1.5
    centres = points[[int(rng.integers(len(points)))]]
    while len(centres) < count:
        gap = ((points[:, None] - centres[None]) ** 2).sum(axis=-1).min(axis=1).astype(np.float64) * weight + 1e-12
        centres = np.concatenate([centres, points[[int(rng.choice(len(points), p=gap / gap.sum()))]]])
    colours = np.zeros((count, 3), np.float32)
    for _ in range(rounds):
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=-1).argmin(axis=1)
        sizes = np.bincount(nearest, weight, minlength=count)
        for channel in range(3):
            sums = np.bincount(nearest, weight * pixels[:, channel], minlength=count)
            colours[:, channel] = np.where(sizes > 0, sums / np.maximum(sizes, 1e-9), colours[:, channel])
        centres = seen(colours)
    return colours[np.argsort(centres[:, 0])]
