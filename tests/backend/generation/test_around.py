"""What is shown with a picture on the stage, and to whom."""

from __future__ import annotations

import pytest
from sqlmodel import col, update

from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.history import Around
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from tests.backend.generation.conftest import Pipeline
from tests.backend.media.samples import file, photo
from tests.made import made


async def around(pipeline: Pipeline, image_id: str, owner_id: str = "", most: int = 6) -> Around:
    async with pipeline.parts.db.reading() as uow:
        return await pipeline.parts.history.around(uow, owner_id or pipeline.ann.user_id, image_id, most)


async def made_from(pipeline: Pipeline, number: int, source_id: str, **changes: object) -> str:
    id = await made(pipeline.parts, pipeline.ann.user_id, number, f"number {number}")
    async with pipeline.parts.db.unit_of_work() as uow:
        values = {"source_id": source_id, **changes}
        await uow.session.exec(update(Generation).where(col(Generation.id) == id).values(**values))
    return id


async def test_it_comes_with_the_others_of_its_generation_in_their_order(pipeline: Pipeline) -> None:
    id = await made(pipeline.parts, pipeline.ann.user_id, 1, "four", count=4)
    await made(pipeline.parts, pipeline.ann.user_id, 2, "another one")
    async with pipeline.parts.db.unit_of_work() as uow:
        await uow.session.exec(update(Image).where(col(Image.id) == f"{id}0").values(position=4))
    found = await around(pipeline, f"{id}2")
    assert found.picture.id == f"{id}2"
    assert [picture.id for picture in found.record.results] == [f"{id}{n}" for n in (1, 2, 3, 0)]
    assert found.record == await pipeline.record(id)
    assert found.derived == []


async def test_a_deleted_one_is_not_there_and_the_others_are_without_it(pipeline: Pipeline) -> None:
    id = await made(pipeline.parts, pipeline.ann.user_id, 1, "two", count=2)
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.deletions.delete(uow, pipeline.ann, f"{id}0")
    with pytest.raises(NotFound):
        await around(pipeline, f"{id}0")
    assert [picture.id for picture in (await around(pipeline, f"{id}1")).record.results] == [f"{id}1"]


@pytest.mark.parametrize("image_id", ["", "nothing", "\0", "%"])
async def test_nothing_is_found_for_what_there_is_not(pipeline: Pipeline, image_id: str) -> None:
    await made(pipeline.parts, pipeline.ann.user_id, 1, "one")
    with pytest.raises(NotFound):
        await around(pipeline, image_id)


async def test_nobody_else_finds_it_nor_what_they_made_from_it(pipeline: Pipeline) -> None:
    id = await made(pipeline.parts, pipeline.ann.user_id, 1, "hers")
    with pytest.raises(NotFound):
        await around(pipeline, f"{id}0", pipeline.bob.user_id)
    await made_from(pipeline, 2, f"{id}0", owner_id=pipeline.bob.user_id)
    assert (await around(pipeline, f"{id}0")).derived == []


async def test_what_was_made_from_it_comes_newest_first(pipeline: Pipeline) -> None:
    source = f"{await made(pipeline.parts, pipeline.ann.user_id, 1, 'the source', count=2)}0"
    made_of_it = [await made_from(pipeline, number, source) for number in range(2, 6)]
    await made_from(pipeline, 7, source, state="failed")
    found = await around(pipeline, source, most=3)
    assert [record.id for record in found.derived] == made_of_it[:0:-1]
    assert len(found.record.results) == 2
    assert (await around(pipeline, f"{made_of_it[0]}0")).record.source_id == source
    assert (await around(pipeline, f"{source[:-1]}1")).derived == []


async def test_a_source_of_ones_own_is_no_result(pipeline: Pipeline) -> None:
    async with pipeline.parts.db.unit_of_work() as uow:
        prepared = await pipeline.parts.images.prepare(file(photo(), "PNG"))
        source = await pipeline.parts.images.add_source(uow, pipeline.ann.user_id, prepared)
    with pytest.raises(NotFound):
        await around(pipeline, source.id)
