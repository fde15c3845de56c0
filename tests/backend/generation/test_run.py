"""From the click to the settled bill, and everything that can go wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select

from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.errors import Conflict, NotEnoughCredits, NotFound
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import GenerationLog
from kaleipix_app.backend.generation.queue import MOST_AT_WORK
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.providers.base import Refused
from kaleipix_app.backend.providers.catalogue import MAX_SEED
from tests.backend.generation.conftest import Pipeline
from tests.conftest import only_postgresql

Restart = Callable[[Pipeline], Awaitable[Pipeline]]


async def ledger_lines(pipeline: Pipeline) -> list[tuple[str, int]]:
    async with pipeline.parts.db.reading() as uow:
        rows = (await uow.session.exec(select(LedgerEntry).order_by(LedgerEntry.id))).all()
        return [(row.key.split(":")[0], row.amount) for row in rows]


async def test_a_generation_ends_with_its_pictures_kept_and_paid(pipeline: Pipeline) -> None:
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request(count=3, seed=7))
    assert record.state is State.DONE
    assert [(p.position, p.seed, p.width) for p in record.results] == [(0, 7, 1024), (1, 8, 1024), (2, 9, 1024)]
    assert await pipeline.parts.images.original_bytes(record.results[2])
    assert await ledger_lines(pipeline) == [("grant", 40), ("reserve", -3), ("settle", 0)]


async def test_the_log_that_the_law_asks_for_is_written_at_the_click(pipeline: Pipeline) -> None:
    await pipeline.request(prompt="  what I asked  ")
    async with pipeline.parts.db.reading() as uow:
        line = (await uow.session.exec(select(GenerationLog))).one()
    assert (line.user_id, line.prompt, line.model) == (pipeline.ann.user_id, "what I asked", "kaleidoscope")


async def test_a_refusal_is_told_in_a_sentence_and_paid_back(pipeline: Pipeline) -> None:
    pipeline.provider.failure = Refused("internal detail: category 7")
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request(count=2))
    assert (record.state, record.error_code) == (State.FAILED, "refused")
    assert "category 7" not in record.error_sentence
    assert await pipeline.balance() == 40


async def test_a_crashing_engine_fails_the_one_generation_and_pays_back(pipeline: Pipeline) -> None:
    pipeline.provider.failure = ZeroDivisionError("secret internals")
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request())
        assert record.state is State.FAILED
        assert "secret" not in record.error_sentence
        pipeline.provider.failure = None
        again = await pipeline.until(await pipeline.request())
    assert again.state is State.DONE
    assert await pipeline.balance() == 39


async def test_pictures_that_were_not_delivered_are_paid_back(pipeline: Pipeline) -> None:
    pipeline.provider.delivers = 1
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request(count=4))
    assert (record.state, len(record.results)) == (State.DONE, 1)
    assert await pipeline.balance() == 39


async def test_nothing_delivered_is_a_failure(pipeline: Pipeline) -> None:
    pipeline.provider.delivers = 0
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request())
    assert record.state is State.FAILED
    assert await pipeline.balance() == 40


async def test_cancelling_while_it_waits(pipeline: Pipeline) -> None:
    waiting = await pipeline.request()
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.generations.cancel(uow, pipeline.ann, waiting)
    assert (await pipeline.record(waiting)).state is State.CANCELLED
    assert await pipeline.balance() == 40


async def test_cancelling_while_it_runs_stops_the_provider_and_pays_back(pipeline: Pipeline) -> None:
    pipeline.provider.go.clear()
    running = await pipeline.request()
    async with pipeline.working():
        await pipeline.provider.working.wait()
        async with pipeline.parts.db.unit_of_work() as uow:
            await pipeline.parts.generations.cancel(uow, pipeline.ann, running)
        record = await pipeline.until(running)
    assert record.state is State.CANCELLED
    assert pipeline.provider.cancelled == ["job-0"]
    assert await pipeline.balance() == 40


async def test_a_stranger_can_neither_see_nor_touch_it(pipeline: Pipeline) -> None:
    generation = await pipeline.request()
    for command in ("cancel", "retry", "dismiss"):
        with pytest.raises(NotFound):
            async with pipeline.parts.db.unit_of_work() as uow:
                await getattr(pipeline.parts.generations, command)(uow, pipeline.bob, generation)
    with pytest.raises(NotFound):
        async with pipeline.parts.db.reading() as uow:
            await pipeline.parts.history.one(uow, pipeline.bob.user_id, generation)
    assert (await pipeline.record(generation)).state is State.QUEUED


async def test_retry_asks_for_the_same_and_puts_the_failure_away(pipeline: Pipeline) -> None:
    pipeline.provider.failure = Refused()
    async with pipeline.working():
        failed = await pipeline.until(await pipeline.request(seed=5, params={"style": "pixel"}))
        pipeline.provider.failure = None
        async with pipeline.parts.db.unit_of_work() as uow:
            new = await pipeline.parts.generations.retry(uow, pipeline.ann, failed.id)
        done = await pipeline.until(new)
    assert (done.state, done.seed, done.params["style"]) == (State.DONE, 5, "pixel")
    async with pipeline.parts.db.reading() as uow:
        assert await pipeline.parts.history.live(uow, pipeline.ann.user_id) == []
    with pytest.raises(Conflict):
        async with pipeline.parts.db.unit_of_work() as uow:
            await pipeline.parts.generations.retry(uow, pipeline.ann, new)


async def test_two_clicks_on_retry_make_one_generation(pipeline: Pipeline) -> None:
    pipeline.provider.failure = Refused()
    async with pipeline.working():
        failed = await pipeline.until(await pipeline.request())

    async def click() -> str:
        async with pipeline.parts.db.unit_of_work() as uow:
            return await pipeline.parts.generations.retry(uow, pipeline.ann, failed.id)

    outcomes = await asyncio.gather(click(), click(), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, str)] == [Conflict]
    assert await pipeline.balance() == 39


async def test_a_failure_stays_until_it_is_dismissed(pipeline: Pipeline) -> None:
    pipeline.provider.failure = Refused()
    async with pipeline.working():
        failed = await pipeline.until(await pipeline.request())
    async with pipeline.parts.db.unit_of_work() as uow:
        shown = await pipeline.parts.history.live(uow, pipeline.ann.user_id)
        assert [record.id for record in shown] == [failed.id]
        await pipeline.parts.generations.dismiss(uow, pipeline.ann, failed.id)
        assert await pipeline.parts.history.live(uow, pipeline.ann.user_id) == []


async def test_what_has_not_ended_cannot_be_dismissed(pipeline: Pipeline) -> None:
    """A browser may ask for it all the same: the failure that comes of it would never be seen."""
    waiting = await pipeline.request()
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.generations.dismiss(uow, pipeline.ann, waiting)
    pipeline.provider.failure = Refused()
    async with pipeline.working():
        await pipeline.until(waiting)
    async with pipeline.parts.db.reading() as uow:
        assert [record.id for record in await pipeline.parts.history.live(uow, pipeline.ann.user_id)] == [waiting]


async def test_what_ran_when_the_process_died_is_finished_by_the_next(pipeline: Pipeline, restarted: Restart) -> None:
    pipeline.provider.go.clear()
    generation = await pipeline.request(count=2, seed=3)
    lease = await pipeline.claim("a worker that dies")
    assert lease is not None
    new = await restarted(pipeline)
    if not new.parts.db.is_sqlite:  # the first process may be alive elsewhere, until its lease runs out
        new.clock.move(seconds=31)
    async with new.working():
        record = await new.until(generation)
    assert (record.state, len(record.results)) == (State.DONE, 2)
    assert await ledger_lines(new) == [("grant", 40), ("reserve", -2), ("settle", 0)]
    await new.parts.db.close()


@only_postgresql
async def test_a_second_process_leaves_the_work_of_the_first_alone(pipeline: Pipeline) -> None:
    pipeline.provider.go.clear()
    generation = await pipeline.request()
    async with pipeline.working():
        await pipeline.provider.working.wait()
        second = Pipeline(pipeline.settings, pipeline.clock)
        async with second.working():
            pipeline.provider.go.set()
            record = await pipeline.until(generation)
        await second.parts.db.close()
    assert (record.state, second.provider.orders) == (State.DONE, {})


async def test_a_graceful_stop_hands_running_work_back(pipeline: Pipeline, restarted: Restart) -> None:
    pipeline.provider.go.clear()
    generation = await pipeline.request()
    async with pipeline.working():
        await pipeline.provider.working.wait()
    assert pipeline.provider.cancelled == ["job-0"]
    assert (await pipeline.record(generation)).state in ACTIVE
    new = await restarted(pipeline)
    async with new.working():
        assert (await new.until(generation)).state is State.DONE
    await new.parts.db.close()


async def test_any_number_of_graceful_restarts_is_no_crash(pipeline: Pipeline) -> None:
    pipeline.provider.go.clear()
    generation = await pipeline.request()
    for _ in range(5):
        pipeline.provider.working.clear()
        async with pipeline.working():
            await pipeline.provider.working.wait()
    pipeline.provider.go.set()
    async with pipeline.working():
        assert (await pipeline.until(generation)).state is State.DONE


async def test_a_generation_that_kills_the_process_each_time_ends_refunded(pipeline: Pipeline) -> None:
    generation = await pipeline.request()
    for _ in range(3):
        assert await pipeline.claim("a worker that dies")
        await pipeline.parts.queue.take_over()
    async with pipeline.working():
        record = await pipeline.until(generation)
    assert (record.state, record.error_code) == (State.FAILED, "keeps_stopping")
    assert await pipeline.balance() == 40


async def test_who_was_overtaken_writes_nothing(pipeline: Pipeline) -> None:
    """The first worker hangs, its lease runs out, a second one finishes: one set of pictures, one bill."""
    pipeline.provider.go.clear()
    generation = await pipeline.request()
    old = await pipeline.claim("slow")
    assert old is not None
    slow = asyncio.create_task(pipeline.parts.engine._worker.run(old))
    await pipeline.provider.working.wait()
    pipeline.clock.move(seconds=31)
    assert await pipeline.claim("second") is not None  # the lease has run out: taken over
    pipeline.provider.go.set()
    await slow
    assert (await pipeline.record(generation)).state is State.STARTING
    await pipeline.parts.queue.take_over()
    async with pipeline.working():
        assert (await pipeline.until(generation)).state is State.DONE
    async with pipeline.parts.db.reading() as uow:
        assert len((await uow.session.exec(select(Image))).all()) == 1
    assert await pipeline.balance() == 39


async def test_a_lease_that_is_kept_alive_is_not_taken(pipeline: Pipeline) -> None:
    await pipeline.request()
    lease = await pipeline.claim("first")
    assert lease is not None
    pipeline.clock.move(seconds=25)
    assert await pipeline.parts.queue.heartbeat("first", [lease.job_id]) == {(lease.job_id, lease.fence)}
    pipeline.clock.move(seconds=25)
    assert await pipeline.claim("second") is None


async def test_a_clock_that_was_set_back_does_not_hold_a_job_until_it_has_caught_up(pipeline: Pipeline) -> None:
    generation = await pipeline.request()
    assert await pipeline.claim("a worker that dies") is not None
    pipeline.clock.move(seconds=-3600)
    lease = await pipeline.claim("second")
    assert lease is not None
    assert lease.job_id == generation
    assert await pipeline.claim("third") is None


async def test_a_clock_that_jumps_ahead_ends_no_work_that_goes_on(pipeline: Pipeline) -> None:
    pipeline.provider.go.clear()
    generation = await pipeline.request()
    async with pipeline.working():
        await pipeline.provider.working.wait()
        pipeline.clock.move(seconds=3600)
        pipeline.provider.go.set()
        record = await pipeline.until(generation)
    assert (record.state, len(record.results), await pipeline.balance()) == (State.DONE, 1, 39)


async def test_fifty_workers_and_one_job_make_one_claim(pipeline: Pipeline) -> None:
    await pipeline.request()
    claims = await asyncio.gather(*(pipeline.claim(f"w{n}") for n in range(50)))
    assert sum(claim is not None for claim in claims) == 1


async def test_fifty_workers_and_many_jobs_never_meet(pipeline: Pipeline) -> None:
    jobs = [await pipeline.request(who) for who in (pipeline.ann, pipeline.bob) for _ in range(MOST_AT_WORK)]
    claims = await asyncio.gather(*(pipeline.claim(f"w{n}") for n in range(50)))
    assert sorted(claim.job_id for claim in claims if claim is not None) == sorted(jobs)


async def test_who_has_nothing_at_work_goes_first(pipeline: Pipeline) -> None:
    first, second = await pipeline.request(), await pipeline.request()
    bobs = await pipeline.request(pipeline.bob)
    order = [lease.job_id for _ in range(3) if (lease := await pipeline.claim("w"))]
    assert order == [first, bobs, second]


async def test_nobody_has_more_than_four_at_work_however_much_room_there_is(pipeline: Pipeline) -> None:
    anns = [await pipeline.request() for _ in range(6)]
    bobs = [await pipeline.request(pipeline.bob) for _ in range(2)]
    first = await pipeline.parts.queue.claim("w", {"builtin": 3})
    rest = await pipeline.parts.queue.claim("w", {"builtin": 100})
    assert [lease.job_id for lease in first] == [anns[0], bobs[0], anns[1]]
    assert [lease.job_id for lease in rest] == [bobs[1], anns[2], anns[3]]
    assert await pipeline.parts.queue.claim("w", {"builtin": 100}) == []
    pipeline.provider.go.set()
    await pipeline.parts.engine._worker.run(first[0])
    assert [lease.job_id for lease in await pipeline.parts.queue.claim("w", {"builtin": 100})] == [anns[4]]


async def test_the_largest_seed_still_fits_with_each_picture_behind_it(pipeline: Pipeline) -> None:
    async with pipeline.working():
        record = await pipeline.until(await pipeline.request(count=2, seed=MAX_SEED))
    assert [picture.seed for picture in record.results] == [MAX_SEED, MAX_SEED + 1]


async def test_a_nul_byte_from_a_browser_is_just_text(pipeline: Pipeline) -> None:
    await pipeline.request(prompt="a\0b")
    async with pipeline.parts.db.reading() as uow:
        with pytest.raises(NotFound):
            await pipeline.parts.history.one(uow, pipeline.ann.user_id, "\0")


async def test_no_credits_changes_nothing(pipeline: Pipeline) -> None:
    for _ in range(10):
        await pipeline.request(count=4)
    with pytest.raises(NotEnoughCredits):
        await pipeline.request()
    async with pipeline.parts.db.reading() as uow:
        assert len((await uow.session.exec(select(GenerationLog))).all()) == 10
