"""A brought picture as an array in the size that was ordered."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from kaleipix_app.backend.providers.base import BadOrder
from kaleipix_app.backend.providers.builtin.oklab import Floats

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000  # a decoded picture of this size already takes 150 MB

_UNREADABLE = "This picture could not be read. Upload it again or choose another one."


def load(data: bytes, width: int, height: int) -> Floats:
    """(height, width, 3) sRGB 0 to 1, cropped to the asked shape around where the detail is. Raises BadOrder."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise BadOrder("source has too many pixels", sentence="This picture is too large for this engine.")
            picture.draft("RGB", (width, height))  # JPEG only: decode at a fraction where that is enough
            opaque = _on_white(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise BadOrder(f"unreadable source: {type(error).__name__}", sentence=_UNREADABLE) from error
    fitted = opaque.resize((width, height), Image.Resampling.LANCZOS, box=_crop(opaque, width / height), reducing_gap=3)
    return np.asarray(fitted, dtype=np.float32) / np.float32(255)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return picture.convert("RGB")


def _crop(picture: Image.Image, aspect: float) -> tuple[float, float, float, float]:
    """The largest box of that aspect, centred on the middle of the detail along the side that is cut."""
    width, height = picture.size
    wide, high = min(width, height * aspect), min(height, width / aspect)
    small = np.asarray(picture.convert("L").resize((64, 64), Image.Resampling.BILINEAR), dtype=np.float32)
    detail = np.hypot(*np.gradient(small)) + 1.0
    place = (np.arange(64, dtype=np.float32) + 0.5) / 64
    focus_x = float((detail.sum(axis=0) * place).sum() / detail.sum()) * width
    focus_y = float((detail.sum(axis=1) * place).sum() / detail.sum()) * height
    left = min(max(focus_x - wide / 2, 0.0), width - wide)
    top = min(max(focus_y - high / 2, 0.0), height - high)
    return left, top, left + wide, top + high
