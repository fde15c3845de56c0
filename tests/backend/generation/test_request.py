"""What the composer may ask for, and the sentence for everything else."""

from __future__ import annotations

from typing import Any

import pytest

from kaleipix_app.backend.errors import BadInput, NotFound, TooMany
from kaleipix_app.backend.generation.request import MOST_WAITING, Draft, validate
from kaleipix_app.backend.providers.catalogue import MODELS
from tests.backend.generation.conftest import Pipeline

GOOD: dict[str, Any] = {"model": "kaleidoscope", "prompt": "a rose", "aspect_ratio": "1:1", "count": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prompt": ""}, "prompt_empty"),
        ({"prompt": " \n\t "}, "prompt_empty"),
        ({"prompt": None}, "prompt_empty"),
        ({"prompt": "x" * 2001}, "prompt_too_long"),
        ({"prompt": "a rose \ud83c"}, "prompt"),
        ({"model": "nothing"}, "model_unknown"),
        ({"aspect_ratio": "7:1"}, "aspect_ratio"),
        ({"count": 0}, "count"),
        ({"count": 5}, "count"),
        ({"count": "2"}, "count"),
        ({"count": True}, "count"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"params": {"style": "oil"}}, "params"),
        ({"params": {"folds": 99}}, "params"),
        ({"params": {"folds": "6"}}, "params"),
        ({"params": {"__class__": 1}}, "params"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_sentence(change: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        validate(Draft(**(GOOD | change)), MODELS)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


def test_the_limits_themselves_are_fine() -> None:
    assert validate(Draft(**(GOOD | {"prompt": "x" * 2000, "count": 4, "seed": 2**31 - 1})), MODELS)


async def test_a_source_of_somebody_else_is_not_found(pipeline: Pipeline) -> None:
    with pytest.raises(NotFound):
        await pipeline.request(source_id="somebody-elses")
    assert await pipeline.balance() == 0  # not even the month's grant was written


async def test_a_flood_is_refused_and_says_when_to_come_back(pipeline: Pipeline) -> None:
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.ledger._add(uow, pipeline.ann.user_id, "grant:test", 100)
    for _ in range(MOST_WAITING):
        await pipeline.request()
    with pytest.raises(TooMany) as refused:
        await pipeline.request()
    assert refused.value.retry_after > 0
