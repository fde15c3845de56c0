"""From the bytes of a file to plain pixels: RGB or RGBA, 8 bit, upright, sRGB, with nothing attached.

The content decides what a file is, never its name. Size is checked before any pixel is decoded. Time is checked at
every read that a decoder makes, because a small JPEG can ask for thousands of passes over a large picture.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import pillow_heif
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, _imaging

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import BadInput, KaleipixError, TooLarge

MIN_SIDE, MAX_SIDE = 16, 12_000  # pixels
MAX_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF")  # AVIF before HEIF: they share a container
_JPEG_BLOCK = 8192  # bytes between two looks at the clock
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # Exif 2.32, table 6: how the stored rows have to be turned
_SRGB = ImageCms.createProfile("sRGB")

_UNREADABLE = "This file is not a picture we can read. Use JPEG, PNG, WebP, AVIF, HEIC or GIF."
_TOO_SLOW = "This picture takes too long to read. Save it again in another program and try once more."
_TOO_SMALL = f"This picture is too small. Each side needs at least {MIN_SIDE} pixels."
_TOO_LONG = f"This picture is too large. Each side may have at most {MAX_SIDE:,} pixels; make it smaller and try again."
_TOO_MANY_PIXELS = "This picture has more than 50 megapixels. Make it smaller and try again."

_log = log.get("media")

# Pillow only warns between one and two times its own limit: a warning nobody reads is no limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)
# Pixels in pieces so large that the C library gives them back at once: after a dozen uploads of 12 megapixels
# 5 MiB more than before stay in use instead of 150 (measured; Pillow's own pieces have 16 MiB).
_imaging.set_block_size(64 * 1024 * 1024)


class Deadline:
    """A point in time after which work on one picture ends."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises BadInput once the time is over."""
        if time.monotonic() > self._end:
            raise BadInput(_TOO_SLOW, code="took_too_long")


@dataclass(frozen=True)
class Decoded:
    """Pixels, and what is worth knowing about the file they came from."""

    pixels: Image.Image  # RGB or RGBA, `info` empty
    format: str  # one of Pillow's names: JPEG, PNG, WEBP, AVIF, HEIF, GIF
    sampling: int  # of a JPEG's colour: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0
    is_plain: bool  # one frame that already was upright, sRGB and RGB or RGBA: the file shows just these pixels


def decode(data: bytes, deadline: Deadline) -> Decoded:
    """All pixels of the (first) picture. Raises BadInput, TooLarge."""
    _heif_once()
    with _reading(), Image.open(_TimedFile(data, deadline), formats=_FORMATS) as picture:
        _check_size(picture)
        kind = "JPEG" if picture.format == "MPO" else str(picture.format)  # MPO: a JPEG with a second one behind it
        sampling = JpegImagePlugin.get_sampling(picture) if kind == "JPEG" else 0
        picture.decodermaxblock = _JPEG_BLOCK
        picture.load()
        _check_size(picture)  # HEIC and GIF may turn out otherwise than their header says
        deadline.check()
        turn = _TURNS.get(_orientation(picture))
        is_plain = (
            picture.mode in ("RGB", "RGBA")
            and turn is None
            and "icc_profile" not in picture.info
            and getattr(picture, "n_frames", 1) == 1
        )
        pixels = _srgb(picture)
    if turn is not None:
        pixels = pixels.transpose(turn)
    pixels.info = {}  # comments and the like would be written again by the next encoder
    return Decoded(pixels, kind, max(sampling, 0), is_plain)


class _TimedFile(io.BytesIO):
    def __init__(self, data: bytes, deadline: Deadline) -> None:
        super().__init__(data)
        self._deadline = deadline

    def read(self, size: int | None = -1) -> bytes:
        self._deadline.check()
        return super().read(size)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except KaleipixError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge(_TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders raise a dozen types on damaged files; all mean the same to a person
        _log.info("unreadable", reason=type(error).__name__)
        raise BadInput(_UNREADABLE, code="not_a_picture") from error


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise TooLarge(_TOO_MANY_PIXELS)
    if max(width, height) > MAX_SIDE:
        raise TooLarge(_TOO_LONG)
    if min(width, height) < MIN_SIDE:
        raise BadInput(_TOO_SMALL, code="too_small")


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - Pillow raises many types on damaged EXIF, which is no reason to refuse the pixels
        return 1


def _srgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = _eight_bit(picture)
    elif picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGB")
    profile = picture.info.get("icc_profile")
    pixels = (_from_profile(picture, profile) if profile else None) or picture
    if pixels.mode not in ("RGB", "RGBA"):
        pixels = pixels.convert("RGB")
    if pixels.mode == "RGBA" and pixels.getchannel("A").getextrema() == (255, 255):
        pixels = pixels.convert("RGB")
    return pixels


def _eight_bit(picture: Image.Image) -> Image.Image:
    """The upper byte of 16-bit grey; plain `convert("L")` would turn everything above 255 white."""
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _from_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """The picture in sRGB, or None if it is sRGB already or its profile cannot be used."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return None
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, source, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@cache
def _heif_once() -> None:
    """Registered at the first picture: libheif costs memory. Its extra pictures (depth, gain map) are not wanted."""
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
