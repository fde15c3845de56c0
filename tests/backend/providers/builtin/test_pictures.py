"""What comes out: size, count, sameness where it is promised, difference where it is wanted."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from kaleipix_app.backend.providers.base import BadOrder, Unsupported
from kaleipix_app.backend.providers.builtin import BuiltinProvider
from tests.backend.providers.builtin.helpers import STYLES, made, order, photo, pixels


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("with_source", [False, True], ids=["prompt", "source"])
async def test_every_style_is_repeatable_and_of_the_asked_size(
    engine: BuiltinProvider, style: str, with_source: bool
) -> None:
    source = photo() if with_source else None
    wanted = order("golden forest", size=(120, 88), count=2, source=source, style=style, strength=60)
    first = await made(engine, wanted)
    again = await made(engine, wanted)
    assert [picture.data for picture in first] == [picture.data for picture in again]
    assert [picture.seed for picture in first] == [7, 8]
    for picture in first:
        shown = pixels(picture.data)
        assert shown.shape == (88, 120, 3)
        assert shown.std() > 0.04, "a nearly empty picture"


@pytest.mark.parametrize("style", STYLES)
async def test_four_results_differ_in_composition_and_not_just_in_hue(engine: BuiltinProvider, style: str) -> None:
    greys = [pixels(picture.data).mean(axis=2) for picture in await made(engine, order(count=4, style=style))]
    for index, one in enumerate(greys):
        for other in greys[index + 1 :]:
            likeness = np.corrcoef(one.ravel(), other.ravel())[0, 1]
            assert likeness < 0.97


async def test_result_n_is_made_from_seed_plus_n(engine: BuiltinProvider) -> None:
    pair = await made(engine, order(count=2, seed=20))
    single = await made(engine, order(count=1, seed=21))
    assert pair[1] == single[0]


@pytest.mark.parametrize("style", STYLES)
async def test_words_of_colour_show(engine: BuiltinProvider, style: str) -> None:
    ocean = pixels((await made(engine, order("deep blue ocean", style=style)))[0].data).mean(axis=(0, 1))
    desert = pixels((await made(engine, order("red desert", style=style)))[0].data).mean(axis=(0, 1))
    assert ocean[2] - ocean[0] > desert[2] - desert[0] + 0.15


@pytest.mark.parametrize("style", STYLES)
async def test_strength_draws_a_source_to_the_prompt_and_zero_leaves_its_colours(
    engine: BuiltinProvider, style: str
) -> None:
    async def blueness(prompt: str, strength: int) -> float:
        wanted = order(prompt, source=photo(), style=style, strength=strength)
        mean = pixels((await made(engine, wanted))[0].data).mean(axis=(0, 1))
        return float(mean[2] - mean[0])

    untouched = await blueness("blue ocean", 0)
    assert await blueness("blue ocean", 90) > untouched + 0.1
    assert untouched < 0, "the cup is red and the table is brown"


async def test_a_prompt_changes_the_structure_too(engine: BuiltinProvider) -> None:
    one = await made(engine, order("blue ocean", size=(160, 160), source=photo(), style="watercolour"))
    other = await made(engine, order("blue city", size=(160, 160), source=photo(), style="watercolour"))
    assert np.abs(pixels(one[0].data) - pixels(other[0].data)).mean() > 0.005


async def test_folds_and_rotation_matter(engine: BuiltinProvider) -> None:
    six, seven, turned = [
        (await made(engine, order(style="kaleidoscope", folds=folds, rotation=rotation)))[0].data
        for folds, rotation in ((6, 0), (7, 0), (6, 45))
    ]
    assert len({six, seven, turned}) == 3


async def test_a_kaleidoscope_of_four_folds_is_the_same_after_a_quarter_turn(engine: BuiltinProvider) -> None:
    shown = pixels((await made(engine, order(size=(128, 128), style="kaleidoscope", folds=4)))[0].data)
    assert np.abs(shown - np.rot90(shown)).mean() < 0.01
    assert np.abs(shown - np.roll(shown, 20, axis=0)).mean() > 0.03, "a flat picture is symmetric too"


@pytest.mark.parametrize("size", [(84, 150), (17, 16)])
async def test_any_shape(engine: BuiltinProvider, size: tuple[int, int]) -> None:
    for style, source in zip(STYLES, (None, photo("rocket.jpg")) * 3, strict=True):
        result = await made(engine, order(size=size, source=source, style=style))
        assert pixels(result[0].data).shape == (size[1], size[0], 3)


async def test_an_empty_prompt_and_one_in_another_script_work(engine: BuiltinProvider) -> None:
    for prompt in ("", "夕焼けの海"):
        for source in (None, photo()):
            assert await made(engine, order(prompt, source=source))


async def test_transparent_and_grey_sources_work(engine: BuiltinProvider) -> None:
    for mode in ("RGBA", "L", "P", "LA", "I;16"):
        buffer = io.BytesIO()
        Image.new(mode, (40, 30)).save(buffer, "PNG")
        assert await made(engine, order(source=buffer.getvalue(), style="posterise"))


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", photo()[:2000], photo("rocket.jpg")[:900], b"GIF89a" + bytes(60)],
    ids=["empty", "text", "cut png", "cut jpeg", "gif"],
)
async def test_a_broken_source_is_a_bad_order(engine: BuiltinProvider, data: bytes) -> None:
    with pytest.raises(BadOrder) as caught:
        await made(engine, order(source=data))
    assert "could not be read" in caught.value.sentence


async def test_an_unknown_style_is_unsupported(engine: BuiltinProvider) -> None:
    with pytest.raises(Unsupported):
        await made(engine, order(style="oil"))
