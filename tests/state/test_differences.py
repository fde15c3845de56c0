"""What differs between a result and what it was made from, as the comparison lists it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.catalogue import MODELS, Choice
from kaleipix_app.state.differences import differences

PICTURE = Picture("r", "result", 1024, 1024, "image/png", 9, 7, "g", 0, "key", False, False)
OWN = replace(PICTURE, id="s", kind="source", width=600, height=400, seed=None, generation_id=None)
MADE = Record(
    id="g",
    state=State.DONE,
    model="kaleidoscope",
    provider="builtin",
    prompt="a cup",
    source_id=None,
    mask_id=None,
    aspect_ratio="1:1",
    width=1024,
    height=1024,
    count=1,
    seed=7,
    params={"style": "mosaic", "strength": 60},
    price=1,
    progress=None,
    place=0,
    provider_place=None,
    is_ordered=False,
    error_code="",
    error_sentence="",
    cancelling=False,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    started_at=None,
    finished_at=None,
    results=(),
)


def told(before: Picture, made_before: Record | None, after: Picture, made_after: Record) -> list[tuple[str, str, str]]:
    return [(one.label, one.before, one.after) for one in differences(before, made_before, after, made_after)]


def test_two_that_were_made_alike_do_not_differ() -> None:
    assert told(PICTURE, MADE, PICTURE, MADE) == []


def test_what_was_changed_is_listed_in_the_order_of_the_composer_and_nothing_else() -> None:
    after = replace(MADE, prompt="a cup of gold", model="sdxl", params={"scheduler": "K_EULER_ANCESTRAL"})
    assert told(PICTURE, MADE, replace(PICTURE, seed=8), after) == [
        ("Prompt", "a cup", "a cup of gold"),
        ("Model", "Kaleidoscope", "SDXL"),
        ("Sampler", "–", "Euler a"),
        ("Seed", "7", "8"),
        ("Style", "Mosaic", "–"),
        ("Strength", "60", "–"),
    ]


def test_a_picture_of_ones_own_has_a_size_alone() -> None:
    assert told(OWN, None, PICTURE, MADE) == [("Size", "600 × 400", "1024 × 1024")]


def test_another_size_than_was_asked_for_is_told() -> None:
    given = replace(PICTURE, width=1000)
    assert told(PICTURE, MADE, given, MADE) == [("Size", "1024 × 1024", "1000 × 1024 (asked: 1024 × 1024)")]


def test_samplers_are_called_as_everybody_calls_them() -> None:
    samplers = {
        param.name_of(value)
        for model in MODELS.values()
        for param in model.params
        if isinstance(param, Choice) and param.label == "Sampler"
        for value in param.values
    }
    assert {"DPM++ 2M", "DPM++ SDE", "Euler", "Euler a", "DDIM", "UniPC"} <= samplers
    assert not any("_" in name or name.startswith("Dpm") for name in samplers)
