"""From an order to encoded pictures."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from kaleipix_app.backend.providers.base import BadOrder, Order, Unsupported
from kaleipix_app.backend.providers.builtin import sources
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick
from kaleipix_app.backend.providers.builtin.oklab import Floats
from kaleipix_app.backend.providers.builtin.palette import palette_of
from kaleipix_app.backend.providers.builtin.styles import STYLES

PREVIEW_EDGE = 256  # pixels of the longer side
PREVIEW_BYTES = 15_000
_SIDES = range(16, 4097)
_QUALITIES = (62, 35, 12)


def picture(order: Order, index: int, tick: Tick) -> bytes:
    """Result `index` of an order as PNG, exactly width x height, RGB. Raises ProviderError."""
    brief = _brief(order, index)
    style = STYLES.get(str(order.params.get("style", "kaleidoscope")))
    if style is None:
        raise Unsupported("unknown style")
    return _png(style(brief, tick))


def preview(frame: Floats) -> bytes:
    """A small WebP of a half-done picture of any size: 256 px on the longer side, at most 15 kB."""
    height, width = frame.shape[:2]
    stride = max(max(height, width) // (2 * PREVIEW_EDGE), 1)  # skip pixels first: nobody sees it at this size
    small = Image.fromarray(_bytes(np.clip(frame[::stride, ::stride], 0, 1)))
    scale = PREVIEW_EDGE / max(height, width)
    small = small.resize((max(round(width * scale), 1), max(round(height * scale), 1)), Image.Resampling.BILINEAR)
    data = b""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=quality, method=1)
        data = buffer.getvalue()
        if len(data) <= PREVIEW_BYTES:
            break
    return data


def _brief(order: Order, index: int) -> Brief:
    if order.width not in _SIDES or order.height not in _SIDES:
        raise BadOrder("size out of range")
    source = sources.load(order.source, order.width, order.height) if order.source is not None else None
    return Brief(
        width=order.width,
        height=order.height,
        seed=order.seed + index,
        prompt=order.prompt,
        palette=palette_of(order.prompt),
        strength=min(max(float(order.params.get("strength", 60)), 0.0), 100.0) / 100,
        folds=min(max(int(order.params.get("folds", 6)), 3), 16),
        rotation=int(order.params.get("rotation", 0)) % 360,
        source=source,
    )


def _bytes(frame: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return (frame * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def _png(frame: Floats) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(_bytes(frame)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
