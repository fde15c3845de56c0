"""A brought picture in the size of the order and small enough to travel inside of it."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from kaleipix_app.backend.providers.base import BadOrder

_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 50_000_000  # a decoded picture of this size already takes 150 MB
_ENCODINGS = (("JPEG", 95), ("WEBP", 80))  # the second only where the first does not fit
_UNREADABLE = "This picture could not be read. Upload it again or choose another one."
_TOO_LARGE = "This picture is too large for this model. Choose a smaller one."


def data_uri(source: bytes, size: tuple[int, int], most: int) -> str:
    """The picture, cropped to the asked shape, as a data URI of at most that many characters. Raises BadOrder."""
    fitted = _fitted(source, size)
    for kind, quality in _ENCODINGS:
        file = BytesIO()
        fitted.save(file, kind, quality=quality)
        found = f"data:image/{kind.lower()};base64,{b64encode(file.getvalue()).decode()}"
        if len(found) <= most:
            return found
    raise BadOrder("source does not fit", sentence=_TOO_LARGE)


def _fitted(source: bytes, size: tuple[int, int]) -> Image.Image:
    try:
        with Image.open(BytesIO(source), formats=_FORMATS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise BadOrder("source has too many pixels", sentence=_TOO_LARGE)
            picture.draft("RGB", size)  # JPEG only: decode at a fraction where that is enough
            return ImageOps.fit(_on_white(picture), size)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise BadOrder(f"unreadable source: {type(error).__name__}", sentence=_UNREADABLE) from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return picture.convert("RGB")
