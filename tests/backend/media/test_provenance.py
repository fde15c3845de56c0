"""The mark that says how a picture came to be."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops

from kaleipix_app.backend.media.provenance import SourceType, mark, read_mark
from tests.backend.media.samples import CANARY, file, opened, phone_photo, photo, quarters, swapped_profile

VARIETIES: list[tuple[str, str, dict[str, Any]]] = [
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {}),
    ("JPEG", "RGB", {}),
    ("JPEG", "L", {}),
    ("JPEG", "RGB", {"progressive": True}),
    ("JPEG", "RGB", {"restart_marker_rows": 1}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGBA", {}),
    ("WEBP", "RGB", {"lossless": True}),
    ("WEBP", "RGBA", {"lossless": True}),
]


def _sample(format: str, mode: str, options: dict[str, Any]) -> bytes:
    picture = photo(101, 67).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return file(picture, format, **options)


@pytest.mark.parametrize(("format", "mode", "options"), VARIETIES)
def test_a_mark_is_read_back_and_no_pixel_changes(format: str, mode: str, options: dict[str, Any]) -> None:
    plain = _sample(format, mode, options)
    marked = mark(plain, SourceType.ALGORITHMIC)
    assert read_mark(plain) is None
    assert read_mark(marked) is SourceType.ALGORITHMIC
    before, after = opened(plain), opened(marked)
    assert (before.mode, before.size) == (after.mode, after.size)
    assert ImageChops.difference(before.convert("RGBA"), after.convert("RGBA")).getbbox(alpha_only=False) is None


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("source_type", list(SourceType))
def test_any_reader_of_xmp_finds_the_term_of_iptc(format: str, source_type: SourceType) -> None:
    packet = opened(mark(file(photo(), format), source_type)).info["xmp"]
    description = ElementTree.fromstring(packet).find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description is not None
    assert description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType") == (
        f"http://cv.iptc.org/newscodes/digitalsourcetype/{source_type}"
    )


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_marking_again_replaces_the_mark(format: str) -> None:
    once = mark(file(photo(), format), SourceType.TRAINED)
    assert mark(once, SourceType.TRAINED) == once
    again = mark(once, SourceType.TRAINED_COMPOSITE)
    assert read_mark(again) is SourceType.TRAINED_COMPOSITE
    assert again.count(b"DigitalSourceType=") == 1


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_all_other_metadata_goes(format: str) -> None:
    marked = mark(phone_photo(format) + CANARY, SourceType.TRAINED)
    assert CANARY not in marked
    assert not opened(marked).getexif()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_colours_keep_their_profile(format: str) -> None:
    profile = swapped_profile()
    assert (
        opened(mark(file(quarters(), format, icc_profile=profile), SourceType.TRAINED)).info["icc_profile"] == profile
    )


@pytest.mark.parametrize("data", [b"", b"text", file(photo(64, 64), "GIF"), file(photo(), "JPEG")[:900]])
def test_other_and_damaged_files_cannot_be_marked(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"damaged|not a"):
        mark(data, SourceType.TRAINED)


@pytest.mark.parametrize("data", [b"", b"text", file(photo(64, 64), "GIF")])
def test_other_files_have_no_mark(data: bytes) -> None:
    assert read_mark(data) is None
