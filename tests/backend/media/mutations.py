"""Ten thousand ways to spoil a picture: seeded, so that a finding can be repeated by its number."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from functools import cache

from PIL import Image

from tests.backend.media.samples import exif, file, quarters

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF")
ICC = b"\x00" * 128  # no profile at all, in the place of one


@cache
def seeds(format: str) -> tuple[bytes, ...]:
    """Sound files of this format: plain, with metadata, in another colour mode, animated or progressive."""
    plain = quarters(32, 24)
    noisy = Image.effect_noise((24, 32), 80)
    grey, clear, few = noisy, noisy.convert("RGBA"), plain.quantize(16)
    clear.putalpha(90)
    noted = {"exif": exif(6), "icc_profile": ICC}
    made = {
        "JPEG": lambda: [
            file(plain, "JPEG", comment=b"note", **noted),
            file(noisy.convert("RGB"), "JPEG", progressive=True),
            file(plain.convert("CMYK"), "JPEG"),
            file(grey, "JPEG", restart_marker_blocks=1),
        ],
        "PNG": lambda: [
            file(plain, "PNG", **noted),
            file(clear, "PNG"),
            file(few, "PNG", transparency=0),
            file(grey.convert("I;16"), "PNG"),
            file(plain, "PNG", save_all=True, append_images=[plain.rotate(90)]),
        ],
        "WEBP": lambda: [
            file(plain, "WEBP", **noted),
            file(clear, "WEBP", lossless=True),
            file(plain, "WEBP", save_all=True, append_images=[plain.rotate(90)]),
        ],
        "AVIF": lambda: [file(plain, "AVIF", speed=10, exif=exif(6)), file(clear, "AVIF", speed=10)],
        "HEIF": lambda: [file(plain, "HEIF", exif=exif(6)), file(clear, "HEIF")],
        "GIF": lambda: [
            file(plain, "GIF", comment=b"note"),
            file(few, "GIF", save_all=True, append_images=[few.rotate(90)], transparency=0),
        ],
    }
    return tuple(made[format]())


def mutated(format: str, number: int) -> bytes:
    """The file of this number."""
    chance = random.Random(f"{format} {number}")
    data = bytearray(chance.choice(seeds(format)))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        _WAYS[chance.randrange(len(_WAYS))](data, chance)
    return bytes(data)


def _bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 8, 64))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _start(data: bytearray, chance: random.Random) -> None:
    """The same, where the structure is."""
    for _ in range(chance.choice((1, 2, 4))):
        if data:
            data[chance.randrange(min(len(data), 64))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _number(data: bytearray, chance: random.Random) -> None:
    """What may be a length, a size or an offset becomes an extreme one."""
    if len(data) >= 8:
        value = chance.choice(
            (0, 1, 0x7F, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(data), chance.getrandbits(32))
        )
        form = chance.choice((">I", "<I", ">H", "<H"))
        value &= 0xFFFF if form.endswith("H") else 0xFFFFFFFF
        struct.pack_into(form, data, chance.randrange(len(data) - 4), value)


def _swap(data: bytearray, chance: random.Random) -> None:
    """Two pieces change places, as chunks in the wrong order would."""
    if len(data) > 16:
        a, b, c, d = sorted(chance.randrange(len(data)) for _ in range(4))
        data[:] = data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _repeat(data: bytearray, chance: random.Random) -> None:
    if data:
        a = chance.randrange(len(data))
        b = min(len(data), a + chance.randrange(1, 400))
        data[b:b] = data[a:b] * chance.choice((1, 2, 50))


def _glue(data: bytearray, chance: random.Random) -> None:
    """The head of this file on the body of another format."""
    other = chance.choice(seeds(chance.choice(FORMATS)))
    data[:] = data[: chance.randrange(4, 80)] + other[chance.randrange(len(other)) :]


def _noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at : at + chance.randrange(40)] = chance.randbytes(chance.randrange(1, 120))


_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _bits,
    _bits,
    _start,
    _cut,
    _number,
    _number,
    _swap,
    _repeat,
    _glue,
    _noise,
)
