"""Files that are not taken: each is refused with a sentence that says what to do."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from PIL import Image

from kaleipix_app.backend.errors import BadInput, TooLarge
from kaleipix_app.backend.media.ingest import MAX_BYTES, Ingest
from tests.backend.media.samples import bomb, file, opened, photo, quarters

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
FORMATS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF"]


@pytest.mark.parametrize(
    "data",
    [
        b"Dear diary, this is a text and not a picture, whatever its name ends in.",
        SVG,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(200),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n",  # Ghostscript must never see it
        file(photo(64, 64), "TIFF"),
        file(photo(64, 64), "BMP"),
        file(photo(64, 64), "JPEG2000"),
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["text", "svg", "pdf", "eps", "tiff", "bmp", "jpeg2000", "jpeg-start", "png-start"],
)
async def test_what_is_no_picture_of_the_promised_formats(ingest: Ingest, data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        await ingest.source(data)
    assert refused.value.sentence == ("This file is not a picture we can read. Use JPEG, PNG, WebP, AVIF, HEIC or GIF.")


async def test_an_empty_file(ingest: Ingest) -> None:
    with pytest.raises(BadInput, match="empty"):
        await ingest.source(b"")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
async def test_a_file_that_was_cut_off(ingest: Ingest, format: str, part: float) -> None:
    data = file(photo(320, 214), format)
    with pytest.raises(BadInput):
        await ingest.source(data[: int(len(data) * part)])


@pytest.mark.parametrize("size", [(60_000, 60_000), (11_000, 11_000), (12_000, 4_167), (10_000, 6_000)])
async def test_a_few_bytes_that_would_unpack_to_more_than_50_megapixels(ingest: Ingest, size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge, match="50 megapixels"):
        await ingest.source(bomb(*size))


def test_pillows_own_warning_about_bombs_does_not_end_in_the_servers_log() -> None:
    script = """
from kaleipix_app.backend.errors import TooLarge
from kaleipix_app.backend.media.decode import Deadline, decode
from tests.backend.media.samples import bomb
try:
    decode(bomb(11_000, 11_000), Deadline(5))
except TooLarge:
    print("refused")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("refused\n", "")


async def test_a_real_picture_of_60_megapixels(ingest: Ingest) -> None:
    with pytest.raises(TooLarge, match="50 megapixels"):
        await ingest.source(file(Image.new("1", (10_000, 6_000)), "PNG"))


async def test_sides_that_are_too_long_or_too_short(ingest: Ingest) -> None:
    with pytest.raises(TooLarge, match="12,000 pixels"):
        await ingest.source(file(Image.new("L", (12_001, 16)), "PNG"))
    with pytest.raises(BadInput, match="at least 16 pixels"):
        await ingest.source(file(Image.new("L", (640, 15)), "PNG"))
    for size in ((12_000, 16), (16, 16)):
        kept = await ingest.source(file(Image.new("L", size), "PNG"))
        assert (kept.width, kept.height) == size


async def test_more_than_25_megabytes(ingest: Ingest) -> None:
    with pytest.raises(TooLarge, match="25 MB"):
        await ingest.source(bytes(MAX_BYTES + 1))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("format", FORMATS)
async def test_damaged_files_never_end_in_anything_but_a_refusal_or_a_sound_picture(
    ingest: Ingest, format: str
) -> None:
    chance = random.Random(format)
    sound = file(quarters(48, 32), format)
    for _ in range(120):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            kept = await ingest.source(bytes(data))
        except (BadInput, TooLarge):
            continue
        assert opened(kept.original).size == (kept.width, kept.height)
