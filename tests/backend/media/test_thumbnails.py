"""The small copies."""

from __future__ import annotations

import pytest
from PIL import Image

from kaleipix_app.backend.media import thumbnails
from tests.backend.media.samples import corners, opened, photo, quarters


def both(pixels: Image.Image) -> tuple[bytes, bytes]:
    return thumbnails.thumb(pixels), thumbnails.preview(pixels)


@pytest.mark.parametrize(
    ("size", "thumb", "preview"),
    [
        ((4000, 3000), (320, 240), (1280, 960)),
        ((1000, 2000), (160, 320), (640, 1280)),
        ((1000, 500), (320, 160), (1000, 500)),
        ((200, 100), (200, 100), (200, 100)),
        ((12000, 16), (320, 1), (1280, 2)),
    ],
)
def test_sizes_fit_the_long_edge_and_nothing_is_enlarged(
    size: tuple[int, int], thumb: tuple[int, int], preview: tuple[int, int]
) -> None:
    small, middle = (opened(data) for data in both(Image.new("RGB", size)))
    assert (small.format, middle.format) == ("WEBP", "WEBP")
    assert (small.size, middle.size) == (thumb, preview)


def test_they_show_what_the_picture_shows() -> None:
    for data in both(quarters(3000, 2000)):
        assert corners(opened(data)) == corners(quarters())


def test_what_shows_through_still_does() -> None:
    picture = photo(800, 600).convert("RGBA")
    picture.putalpha(0)
    for data in both(picture):
        assert opened(data).getchannel("A").getextrema() == (0, 0)
