"""Files as people bring them, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

from tests.conftest import PHOTOS

pillow_heif.register_heif_opener()

CANARY = b"CanaryPhone-52.0907N"
#: Red, green, blue and white quarters: which way is up can be seen.
QUARTERS = ((255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 255, 255))


def photo(width: int = 640, height: int = 427) -> Image.Image:
    """Without the profile of the file (Adobe RGB), which Pillow would write into every copy."""
    with Image.open(PHOTOS / "rocket.jpg") as original:
        picture = original.convert("RGB").resize((width, height))
    picture.info = {}
    return picture


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    picture = Image.new("RGB", (2, 2))
    picture.putdata(QUARTERS)
    return picture.resize((width, height), Image.Resampling.NEAREST)


def file(picture: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, in reading order, to the nearest 16."""
    width, height = picture.size
    points = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [tuple(round(v / 16) for v in picture.convert("RGB").getpixel(point)) for point in points]  # type: ignore[union-attr]


def exif(orientation: int) -> bytes:
    """What a phone writes: orientation, its name, and where the picture was taken."""
    values = Image.Exif()
    values[0x0112] = orientation
    values[0x010F] = CANARY.decode()
    values.get_ifd(0x8825).update({1: "N", 2: (52.0, 5.0, 26.52), 3: "E", 4: (5.0, 7.0, 17.4), 29: CANARY.decode()})
    return values.tobytes()


def phone_photo(format: str = "JPEG", orientation: int = 6, picture: Image.Image | None = None) -> bytes:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + CANARY + b"</x:xmpmeta>"
    options: dict[str, Any] = {"comment": CANARY} if format == "JPEG" else {}
    return file(picture or photo(), format, exif=exif(orientation), xmp=xmp, **options)


def png(width: int, height: int, bits: int, colour: int, pixels: bytes) -> bytes:
    """A PNG by hand: what Pillow does not write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    )


def bomb(width: int, height: int) -> bytes:
    """A few bytes that claim to be a huge picture."""
    return png(width, height, 8, 2, bytes(1000))


def swapped_profile() -> bytes:
    """sRGB with red and green exchanged: whoever ignores it shows the wrong colour."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    return data.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)


def endless_jpeg(passes: int) -> bytes:
    """A progressive JPEG whose last pass is repeated: small to send, long to decode."""
    data = file(Image.new("L", (4000, 4000), 90), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * passes + b"\xff\xd9"
