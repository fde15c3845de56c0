"""What an owner does with many pictures at once, and what a stranger cannot."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.library.filters import Filter, Selection
from tests.backend.generation.conftest import Pipeline
from tests.backend.generation.library.conftest import Shelf


@pytest.fixture
def mine(pipeline: Pipeline) -> Shelf:
    """A shelf inside a whole installation."""
    return Shelf(pipeline.parts.db, pipeline.ann, pipeline.bob)


async def test_more_than_one_statement_takes_go_and_come_back(pipeline: Pipeline, mine: Shelf) -> None:
    for number in range(150):
        await mine.make(f"number {number}", count=3)
    parts = pipeline.parts
    async with parts.db.unit_of_work() as uow:
        everything = await parts.library.chosen(uow, mine.ann.user_id, Selection(all_of=Filter(text="number")))
        removed = await parts.deletions.delete_many(uow, mine.ann, [*everything, "unknown"])
        assert (len(removed.ids), removed.stayed) == (450, 0)
    assert await mine.count(Filter()) == 0
    async with parts.db.unit_of_work() as uow:
        assert len(await parts.deletions.trash(uow, mine.ann)) == 450
        assert len(await parts.deletions.restore(uow, mine.ann, removed.ids)) == 450
    assert await mine.count(Filter()) == 450
    async with parts.db.unit_of_work() as uow:
        await parts.deletions.delete_many(uow, mine.ann, removed.ids)
    assert await parts.deletions.erase(mine.ann, None, with_prompt=True) == 450
    async with parts.db.reading() as uow:
        assert await parts.history.made(uow, mine.ann.user_id) == []


async def test_a_selection_is_names_or_all_but_names(pipeline: Pipeline, mine: Shelf) -> None:
    for number in range(4):
        await mine.make(f"number {number}")
    first, *others = mine.ids
    library = pipeline.parts.library
    async with mine.db.reading() as uow:
        for selection, expected in (
            (Selection(frozenset({first, "unknown"})), [first]),
            (Selection(frozenset({first}), all_of=Filter()), others),
            (Selection(all_of=Filter(text="2")), [mine.ids[2]]),
            (Selection(), []),
        ):
            assert await library.chosen(uow, mine.ann.user_id, selection) == expected
            assert await library.chosen(uow, mine.bob.user_id, selection) == []


async def test_favourites_are_marked_by_their_owner_alone(pipeline: Pipeline, mine: Shelf) -> None:
    (picture,) = await mine.make("a castle")
    library = pipeline.parts.library
    with pytest.raises(NotFound):
        async with mine.db.unit_of_work() as uow:
            await library.set_favourite(uow, mine.bob, [picture], True)
    assert await mine.found(Filter(favourites=True)) == []
    async with mine.db.unit_of_work() as uow:
        assert await library.set_favourite(uow, mine.ann, [picture, "unknown"], True) == 1
    assert await mine.found(Filter(favourites=True)) == [picture]
    async with mine.db.reading() as uow:
        with pytest.raises(NotFound):
            await library.detail(uow, mine.bob.user_id, picture)


async def test_a_request_is_found_by_its_words_and_not_after_its_prompt_was_erased(pipeline: Pipeline) -> None:
    parts = pipeline.parts
    async with pipeline.working():
        id = await pipeline.request(prompt="a Lighthouse in fog")
        await pipeline.until(id)
    async with parts.db.reading() as uow:
        assert len(await parts.library.page(uow, pipeline.ann.user_id, Filter(text="light"))) == 1
        assert await parts.library.page(uow, pipeline.bob.user_id, Filter(text="light")) == []
    async with parts.db.unit_of_work() as uow:
        await parts.deletions.delete_results(uow, pipeline.ann, id)
    await parts.deletions.erase(pipeline.ann, None, with_prompt=True)
    async with parts.db.reading() as uow:
        assert await parts.library.count(uow, pipeline.ann.user_id, Filter(text="lighthouse")) == 0
    parts.ingest.close()
