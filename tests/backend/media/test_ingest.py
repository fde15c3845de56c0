"""What becomes of a file that somebody brings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.ingest import Ingest, Ingested
from tests.backend.media.samples import (
    CANARY,
    corners,
    endless_jpeg,
    exif,
    file,
    opened,
    phone_photo,
    photo,
    png,
    quarters,
    swapped_profile,
)


def files(ingested: Ingested) -> tuple[bytes, bytes, bytes]:
    assert ingested.preview is not None
    return ingested.original, ingested.thumb, ingested.preview


@pytest.mark.parametrize(
    ("brought", "kept"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("AVIF", "JPEG"), ("HEIF", "JPEG"), ("GIF", "PNG")],
)
async def test_every_promised_format_is_taken_and_kept_in_one_that_providers_read(
    ingest: Ingest, brought: str, kept: str
) -> None:
    kept_picture = await ingest.source(file(quarters(), brought))
    original = opened(kept_picture.original)
    assert (kept_picture.format, original.format) == (Format(kept), kept)
    assert (kept_picture.width, kept_picture.height) == original.size == (96, 64)
    assert all(corners(opened(data)) == corners(quarters()) for data in files(kept_picture))


@pytest.mark.parametrize("format", ["AVIF", "HEIF"])
async def test_what_shows_through_is_kept_also_from_formats_that_become_jpeg(ingest: Ingest, format: str) -> None:
    picture = quarters().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 48, 32))
    kept = await ingest.source(file(picture, format))
    assert kept.format is Format.PNG
    assert [opened(data).convert("RGBA").getpixel((2, 2))[3] for data in files(kept)] == [0, 0, 0]  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
async def test_a_picture_is_upright_however_the_camera_was_held(ingest: Ingest, format: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turned = quarters().transpose(undo[orientation]) if orientation > 1 else quarters()
    kept = await ingest.source(file(turned, format, exif=exif(orientation)))
    assert (kept.width, kept.height) == (96, 64)
    assert all(corners(opened(data)) == corners(quarters()) for data in files(kept))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "MPO"])
async def test_no_byte_of_where_and_with_what_it_was_taken_is_kept(ingest: Ingest, format: str) -> None:
    data = phone_photo(format)
    assert CANARY in data
    for kept in files(await ingest.source(data)):
        assert CANARY not in kept
        assert CANARY[:11] not in kept
        assert not opened(kept).getexif()
        assert not {"exif", "xmp", "comment", "icc_profile"} & set(opened(kept).info)


async def test_what_hangs_behind_a_picture_is_not_kept(ingest: Ingest) -> None:
    kept = await ingest.source(file(photo(), "JPEG") + b"<script>" + CANARY)
    assert all(CANARY not in data for data in files(kept))


@pytest.mark.parametrize("sampling", [0, 1, 2])
async def test_a_jpeg_keeps_how_finely_its_colours_were_sampled(ingest: Ingest, sampling: int) -> None:
    kept = await ingest.source(file(photo(), "JPEG", subsampling=sampling))
    assert get_sampling(opened(kept.original)) == sampling


def _cmyk() -> bytes:
    return file(quarters().convert("CMYK"), "JPEG", quality=95)


def _grey16() -> bytes:
    row = b"\0" + b"".join((257 * 4 * x).to_bytes(2, "big") for x in range(64))  # black to white
    return png(64, 64, 16, 0, row * 64)


def _rgb16() -> bytes:
    return png(64, 64, 16, 2, (b"\0" + bytes([255, 255, 128, 0, 0, 0]) * 64) * 64)


async def test_print_colours_look_the_same_on_a_screen(ingest: Ingest) -> None:
    kept = opened((await ingest.source(_cmyk())).original)
    assert kept.mode == "RGB"
    assert corners(kept) == corners(quarters())


async def test_sixteen_bits_become_eight_without_going_white(ingest: Ingest) -> None:
    grey = opened((await ingest.source(_grey16())).original)
    assert [grey.getpixel((x, 5)) for x in (0, 32, 63)] == [(0,) * 3, (128,) * 3, (252,) * 3]
    colour = opened((await ingest.source(_rgb16())).original)
    assert colour.getpixel((5, 5)) == (255, 128, 0)


@pytest.mark.parametrize("mode", ["P", "L", "LA", "1", "RGBA"])
async def test_unusual_pixels_become_plain_ones(ingest: Ingest, mode: str) -> None:
    picture = quarters().convert(mode)
    expected = corners(picture)
    kept = opened((await ingest.source(file(picture, "PNG"))).original)
    assert kept.mode == "RGB"  # what shows nothing through needs no channel for it
    assert corners(kept) == expected


@pytest.mark.parametrize("format", ["PNG", "GIF"])
async def test_the_transparent_colour_of_a_palette_stays_transparent(ingest: Ingest, format: str) -> None:
    picture = quarters().quantize(4)
    clear = picture.getpixel((2, 2))
    kept = opened((await ingest.source(file(picture, format, transparency=clear))).original)
    assert kept.mode == "RGBA"
    assert [kept.getpixel(at)[3] for at in ((2, 2), (90, 60))] == [0, 255]  # type: ignore[index]


async def test_the_first_picture_of_a_moving_one_is_taken(ingest: Ingest) -> None:
    frames: dict[str, Any] = {"save_all": True, "append_images": [Image.new("RGB", (96, 64))]}
    for format in ("GIF", "WEBP", "PNG"):
        kept = await ingest.source(file(quarters(), format, **frames))
        assert corners(opened(kept.original)) == corners(quarters())
        assert getattr(opened(kept.original), "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_colours_of_another_profile_look_the_same_without_it(ingest: Ingest, mode: str) -> None:
    picture = Image.new("RGB", (64, 64), (255, 0, 0)).convert(mode)
    if mode == "RGBA":
        picture.putpixel((0, 0), (0, 0, 0, 0))
    kept = opened((await ingest.source(file(picture, "PNG", icc_profile=swapped_profile()))).original)
    red, green, blue = kept.convert("RGB").getpixel((9, 9))  # type: ignore[misc]
    assert (red // 8, green // 8, blue // 8) == (0, 31, 0)
    assert kept.mode == mode


async def test_a_profile_that_cannot_be_used_is_no_reason_to_refuse_the_picture(ingest: Ingest) -> None:
    kept = await ingest.source(file(quarters(), "JPEG", icc_profile=b"nonsense" * 40))
    assert corners(opened(kept.original)) == corners(quarters())


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
async def test_damaged_exif_is_no_reason_to_refuse_the_picture(ingest: Ingest) -> None:
    kept = await ingest.source(file(quarters(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12"))
    assert corners(opened(kept.original)) == corners(quarters())


async def test_a_picture_that_takes_too_long_is_given_up() -> None:
    impatient = Ingest(1, seconds=0.5)
    with pytest.raises(BadInput) as refused:
        await impatient.source(endless_jpeg(5000))
    assert refused.value.code == "took_too_long"
    impatient.close()


async def test_more_pictures_than_workers_wait_for_their_turn(ingest: Ingest) -> None:
    kept = await asyncio.gather(*(ingest.source(file(photo(200 + n, 100), "JPEG")) for n in range(12)))
    assert [one.width for one in kept] == list(range(200, 212))
