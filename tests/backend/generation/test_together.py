"""Two processes on one database, as near as a test gets: each with its own services, engine and connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, func, select

from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db import postgresql
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import Conflict, NotEnoughCredits
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation, GenerationLog
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.media.models import Image
from tests.backend.generation.conftest import Pipeline
from tests.backend.media.samples import file, photo
from tests.conftest import only_postgresql


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a busy machine may take is not what is tried here."""
    monkeypatch.setattr(postgresql, "POOL", postgresql.POOL | {"pool_timeout": 120})
    others = (one for one in postgresql.SESSION if "lock_timeout" not in one)
    monkeypatch.setattr(postgresql, "SESSION", (*others, "SET lock_timeout = '120s'"))


@pytest.fixture
async def second(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    """The other process, where the same people are at work."""
    made = Pipeline(pipeline.settings, pipeline.clock)
    made.ann, made.bob = pipeline.ann, pipeline.bob
    yield made
    made.parts.ingest.close()
    await made.parts.db.close()


async def count(pipeline: Pipeline, table: type[SQLModel]) -> int:
    async with pipeline.parts.db.reading() as uow:
        return int((await uow.session.exec(select(func.count()).select_from(table))).one())


async def states(pipeline: Pipeline, ids: Iterable[str], wanted: State) -> None:
    """Until all of them are so, whoever did it."""
    async with asyncio.timeout(20):
        for id in ids:
            while (await pipeline.record(id)).state is not wanted:
                await asyncio.sleep(0.01)


async def somebody_waits(db: Database) -> None:
    """Until a transaction stands behind another one's lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(5):
        while True:
            async with db.reading() as uow:
                if (await (await uow.session.connection()).execute(waiting)).scalar_one():
                    return


async def a_source(pipeline: Pipeline) -> Picture:
    return await pipeline.parts.images.keep_source(pipeline.parts.db, pipeline.ann.user_id, file(photo(64, 48), "PNG"))


async def test_two_hundred_clicks_at_once_with_credit_for_ten_make_exactly_ten(
    pipeline: Pipeline, second: Pipeline
) -> None:
    clicks = (one.request(count=4) for _ in range(100) for one in (pipeline, second))  # 40 credits, 4 for each
    outcomes = await asyncio.gather(*clicks, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, NotEnoughCredits)]
    assert (len(outcomes), len(refused)) == (200, 190)
    assert [await count(pipeline, table) for table in (Generation, GenerationLog)] == [10, 10]
    assert await count(pipeline, LedgerEntry) == 11  # the month, and ten reservations
    assert await pipeline.balance() == 0


async def test_two_engines_share_the_work_and_do_none_of_it_twice(pipeline: Pipeline, second: Pipeline) -> None:
    both = (pipeline, second)
    for one in both:
        one.provider.go.clear()
    async with pipeline.working(), second.working():
        ids = [await pipeline.request(viewer) for _ in range(6) for viewer in (pipeline.ann, pipeline.bob)]
        for one in both:
            one.parts.engine.ring()
            await asyncio.wait_for(one.provider.working.wait(), 10)
        for one in both:
            one.provider.go.set()
        anns, bobs = ids[::2], ids[1::2]
        await states(pipeline, anns, State.DONE)
        pipeline.ann, pipeline.bob = pipeline.bob, pipeline.ann
        await states(pipeline, bobs, State.DONE)
    orders = [order.generation_id for one in both for order in one.provider.orders.values()]
    assert sorted(orders) == sorted(ids)
    assert all(one.provider.orders for one in both)
    assert await count(pipeline, Image) == len(ids)


async def test_a_process_that_was_overtaken_changes_nothing_any_more(pipeline: Pipeline, second: Pipeline) -> None:
    """The first hangs until its lease has run out, the second finishes, then the first wakes up again."""
    pipeline.provider.go.clear()
    id = await pipeline.request(count=2)
    lease = await pipeline.claim("first")
    assert lease is not None
    hanging = asyncio.create_task(pipeline.parts.engine._worker.run(lease))
    await pipeline.provider.working.wait()
    pipeline.clock.move(seconds=31)
    async with second.working():
        await states(second, [id], State.DONE)
    before = await second.record(id), await count(second, LedgerEntry), await second.balance()
    pipeline.provider.go.set()
    await hanging
    assert await pipeline.parts.queue.heartbeat("first", [lease.job_id]) == set()
    await pipeline.parts.queue.hand_back(lease)
    assert (await second.record(id), await count(second, LedgerEntry), await second.balance()) == before
    assert (len(before[0].results), await count(second, Image)) == (2, 2)


@only_postgresql
async def test_what_another_process_is_claiming_is_passed_over(pipeline: Pipeline, second: Pipeline) -> None:
    earlier, later = await pipeline.request(), await pipeline.request()
    async with pipeline.parts.db.unit_of_work() as uow:
        claiming = await pipeline.parts.queue._next(uow, "builtin", 1, pipeline.clock.now())
        lease = await second.claim("second")
    assert ([one.job_id for one in claiming], lease and lease.job_id) == ([earlier], later)


@only_postgresql
async def test_a_source_is_not_deleted_while_a_generation_from_it_is_being_queued(
    pipeline: Pipeline, second: Pipeline
) -> None:
    source = await a_source(pipeline)
    draft = Draft("kaleidoscope", "a teal square", "1:1", source_id=source.id)

    async def delete() -> None:
        async with second.parts.db.unit_of_work() as uow:
            await second.parts.deletions.delete(uow, second.ann, source.id)

    async with pipeline.parts.db.unit_of_work() as uow:
        asked = await pipeline.parts.generations.request(uow, pipeline.ann, draft)
        deleting = asyncio.create_task(delete())
        await somebody_waits(pipeline.parts.db)
    with pytest.raises(Conflict, match="is being made from this one"):
        await deleting
    assert (await pipeline.record(asked)).state is State.QUEUED


@only_postgresql
async def test_what_is_taken_back_at_the_last_moment_is_not_removed(pipeline: Pipeline, second: Pipeline) -> None:
    source = await a_source(pipeline)
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.deletions.delete(uow, pipeline.ann, source.id)
    on_its_day = pipeline.clock.now().replace(year=2027)
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.deletions.restore(uow, pipeline.ann, [source.id])
        cleaning = asyncio.create_task(second.parts.trash.purge(on_its_day, 100))
        await somebody_waits(pipeline.parts.db)
    await cleaning
    async with pipeline.parts.db.reading() as uow:
        kept = await pipeline.parts.images.get(uow, pipeline.ann.user_id, source.id)
    assert await pipeline.parts.images.original_bytes(kept)
