"""Prompts that were used before: each once, searched, starred, and gone when they are erased."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import NotFound
from tests.backend.generation.conftest import Pipeline


@pytest.fixture
async def written(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    """Ann wrote three prompts, one of them twice."""
    async with pipeline.working():
        for prompt in ("green hills", "100% cotton", "blue rivers", "green hills"):
            await pipeline.until(await pipeline.request(prompt=prompt))
        yield pipeline
    pipeline.parts.ingest.close()


async def recent(house: Pipeline, viewer: Viewer | None = None, **asked: object) -> list[str]:
    async with house.parts.db.reading() as uow:
        found = await house.parts.prompts.recent(uow, (viewer or house.ann).user_id, **asked)  # type: ignore[arg-type]
    return [one.prompt for one in found]


async def star(house: Pipeline, prompt: str, viewer: Viewer | None = None, *, on: bool = True) -> None:
    async with house.parts.db.unit_of_work() as uow:
        (one,) = await house.parts.prompts.recent(uow, house.ann.user_id, containing=prompt)
        await house.parts.prompts.star(uow, viewer or house.ann, one.id, on=on)


async def test_each_is_listed_once_and_the_last_used_comes_first(written: Pipeline) -> None:
    assert await recent(written) == ["green hills", "blue rivers", "100% cotton"]
    assert await recent(written, limit=1) == ["green hills"]
    assert await recent(written, written.bob) == []


@pytest.mark.parametrize(
    ("words", "found"), [("RIVER", ["blue rivers"]), ("0%", ["100% cotton"]), ("%", ["100% cotton"])]
)
async def test_a_search_takes_every_character_as_it_is(written: Pipeline, words: str, found: list[str]) -> None:
    assert await recent(written, containing=words) == found


async def test_a_star_belongs_to_the_words_and_only_their_owner_sets_it(written: Pipeline) -> None:
    await star(written, "green")
    assert await recent(written, starred=True) == ["green hills"]
    with pytest.raises(NotFound):
        await star(written, "blue", written.bob)
    await written.until(await written.request(prompt="green hills"))  # once more, unmarked by itself
    assert await recent(written, starred=True) == ["green hills"]
    await star(written, "green", on=False)
    assert await recent(written, starred=True) == []


async def test_what_is_erased_is_gone_from_here_too(written: Pipeline) -> None:
    await star(written, "blue")
    async with written.parts.db.unit_of_work() as uow:
        (one,) = await written.parts.prompts.recent(uow, written.ann.user_id, containing="blue")
        await written.parts.deletions.delete_results(uow, written.ann, one.id)
    await written.parts.deletions.erase(written.ann, None, with_prompt=True)
    assert await recent(written) == ["green hills", "100% cotton"]
