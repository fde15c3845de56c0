"""Orders at a provider that costs money: never handed over twice, never lost sight of, never charged for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import select

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.run import MOST_FETCHES
from kaleipix_app.backend.generation.transfers import NoticeNeeded
from kaleipix_app.backend.providers.base import (
    Down,
    ProviderError,
    Queued,
    RateLimited,
    Refused,
    UnknownOutcome,
    Unreachable,
)
from kaleipix_app.backend.settings import Settings
from tests.backend.generation.conftest import Pipeline
from tests.backend.generation.remote import CATALOGUE, Remote, a_picture
from tests.conftest import MovableClock


class Remotes(Pipeline):
    """An installation with two remote providers that outlive it."""

    def __init__(self, settings: Settings, clock: MovableClock, fal: Remote, runpod: Remote) -> None:
        self.settings, self.clock, self.fal, self.runpod = settings, clock, fal, runpod
        self.parts = Container(settings, clock=clock, providers={"fal": fal, "runpod": runpod}, models=CATALOGUE)

    async def read_notice(self, provider: str = "fal") -> None:
        async with self.parts.db.unit_of_work() as uow:
            await self.parts.transfers.acknowledge(uow, self.ann, provider)

    async def until_it_waits(self, id: str) -> None:
        """Until nobody works on it any more, although it has not ended."""
        rung = asyncio.Event()
        self.parts.feed.subscribe(lambda _user: rung.set())

        async def wait() -> None:
            while True:
                async with self.parts.db.reading() as uow:
                    row = (await uow.session.exec(select(Generation).where(Generation.id == id))).one()
                if row.not_before is not None:
                    return
                await rung.wait()
                rung.clear()

        await asyncio.wait_for(wait(), 10)

    async def restarted(self) -> Remotes:
        await self.parts.db.close()
        new = Remotes(self.settings, self.clock, self.fal, self.runpod)
        new.ann, new.bob = self.ann, self.bob
        return new


@pytest.fixture
async def remotes(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Remotes]:
    made = Remotes(Settings(data_dir=tmp_path / "data"), clock, Remote("fal"), Remote("runpod"))
    await made.prepare()
    await made.read_notice()
    yield made
    await made.parts.db.close()


@pytest.fixture
async def reachable(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Remotes]:
    """An installation that providers can call back."""
    settings = Settings(data_dir=tmp_path / "data", public_url="https://studio.example")
    made = Remotes(settings, clock, Remote("fal"), Remote("runpod"))
    await made.prepare()
    await made.read_notice()
    yield made
    await made.parts.db.close()


async def test_the_first_picture_elsewhere_waits_until_its_person_knows_where(
    tmp_path: Path, clock: MovableClock
) -> None:
    made = Remotes(Settings(data_dir=tmp_path / "data"), clock, Remote("fal"), Remote("runpod"))
    await made.prepare()
    with pytest.raises(NoticeNeeded) as needed:
        await made.request(model="flux")
    assert (needed.value.provider, needed.value.place.country) == ("fal", "United States")
    assert await made.balance() == 0, "nothing was changed"
    await made.read_notice()
    await made.request(model="flux")
    with pytest.raises(NoticeNeeded):
        await made.request(model="sd")
    await made.parts.db.close()


async def test_a_remote_picture_is_ordered_once_and_kept_with_its_mark(remotes: Remotes) -> None:
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux", count=2, seed=4))
    assert (record.state, len(record.results), await remotes.balance()) == (State.DONE, 2, 36)
    assert [order.seed for order in remotes.fal.orders] == [4]
    assert b"trainedAlgorithmicMedia" in await remotes.parts.images.original_bytes(record.results[0])


async def test_what_it_says_is_shown(remotes: Remotes) -> None:
    remotes.fal.updates = [Queued(2)]
    remotes.fal.go.clear()
    async with remotes.working():
        id = await remotes.request(model="flux")
        waiting = await remotes.until(id, lambda record: record.provider_place is not None)
        assert (waiting.state, waiting.provider_place) == (State.STARTING, 3)
        remotes.fal.go.set()
        done = await remotes.until(id)
    assert (done.state, done.provider_place) == (State.DONE, None)


@pytest.mark.parametrize("error", [RateLimited(retry_after=20), Unreachable()])
async def test_what_surely_did_not_arrive_waits_and_is_asked_again(remotes: Remotes, error: Exception) -> None:
    remotes.fal.arrives, remotes.fal.answers = False, [error]
    async with remotes.working():
        id = await remotes.request(model="flux")
        await remotes.until_it_waits(id)
        remotes.clock.move(seconds=21)
        remotes.parts.engine.ring()
        assert (await remotes.until(id)).state == State.DONE
    assert len(remotes.fal.orders) == 1


async def test_it_does_not_wait_for_ever(remotes: Remotes) -> None:
    remotes.fal.arrives, remotes.fal.answers = False, [Unreachable()] * 2
    async with remotes.working():
        id = await remotes.request(model="flux")
        await remotes.until_it_waits(id)
        remotes.clock.move(seconds=31 * 60)
        remotes.parts.engine.ring()
        record = await remotes.until(id)
    assert (record.state, record.error_code, await remotes.balance()) == (State.FAILED, "unreachable", 40)
    assert remotes.fal.orders == []


@pytest.mark.parametrize("error", [Down(), Refused(), UnknownOutcome()])
async def test_what_may_have_arrived_is_never_asked_again(remotes: Remotes, error: ProviderError) -> None:
    remotes.fal.answers = [error]
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux"))
    assert (record.state, record.error_code) == (State.FAILED, error.code)
    assert (len(remotes.fal.orders), await remotes.balance()) == (1, 40)


async def test_killed_between_order_and_answer_it_ends_refunded(remotes: Remotes) -> None:
    """The intent is written, the id is not: nobody can know, so nobody asks again."""
    id = await remotes.request(model="flux")
    (lease,) = await remotes.parts.queue.claim("dies", {"fal": 1})
    remotes.fal.answers = [asyncio.CancelledError()]  # type: ignore[list-item]
    with pytest.raises(asyncio.CancelledError):
        await remotes.parts.engine._worker.run(lease)
    new = await remotes.restarted()
    async with new.working():
        record = await new.until(id)
    assert (record.state, record.error_code, await new.balance()) == (State.FAILED, "unknown_outcome", 40)
    assert len(remotes.fal.orders) == 1
    await new.parts.db.close()


async def test_killed_after_the_answer_the_next_process_goes_on_with_the_same_order(remotes: Remotes) -> None:
    remotes.fal.go.clear()
    id = await remotes.request(model="flux")
    async with remotes.working():
        await remotes.fal.followed.wait()
    assert remotes.fal.cancelled == [], "a stop here is none there"
    new = await remotes.restarted()
    remotes.fal.go.set()
    async with new.working():
        assert (await new.until(id)).state == State.DONE
    assert (len(remotes.fal.orders), await new.balance()) == (1, 38)
    await new.parts.db.close()


async def die(remotes: Remotes, times: int) -> None:
    """The process dies so often while it works on the one generation there is."""
    for _ in range(times):
        (lease,) = await remotes.parts.queue.claim("dies", {"fal": 1})
        with pytest.raises(asyncio.CancelledError):
            await remotes.parts.engine._worker.run(lease)
        await remotes.parts.queue.take_over()


async def test_killed_any_number_of_times_while_it_waits_for_the_provider_it_is_still_fetched(remotes: Remotes) -> None:
    remotes.fal.updates, remotes.fal.dies = [], asyncio.CancelledError()
    id = await remotes.request(model="flux")
    await die(remotes, 2 * MOST_FETCHES)
    remotes.fal.dies = None
    async with remotes.working():
        assert (await remotes.until(id)).state == State.DONE
    assert (len(remotes.fal.orders), await remotes.balance()) == (1, 38)


async def test_a_result_that_kills_the_process_each_time_ends_refunded(remotes: Remotes) -> None:
    remotes.fal.dies_collecting = asyncio.CancelledError()
    id = await remotes.request(model="flux")
    await die(remotes, MOST_FETCHES)
    async with remotes.working():
        record = await remotes.until(id)
    assert (record.state, record.error_code, await remotes.balance()) == (State.FAILED, "keeps_stopping", 40)
    assert len(remotes.fal.orders) == 1


async def test_a_call_brings_the_id_that_was_lost(reachable: Remotes) -> None:
    reachable.fal.answers = [UnknownOutcome()]
    async with reachable.working():
        id = await reachable.request(model="flux")
        await reachable.until_it_waits(id)
        assert (await reachable.record(id)).state == State.STARTING, "it waits for a call"
        assert await reachable.parts.callbacks.called("fal", id, "job-1")
        assert (await reachable.until(id)).state == State.DONE
    assert (len(reachable.fal.orders), await reachable.balance()) == (1, 38)


async def test_no_call_within_the_grace_ends_refunded_and_a_late_one_still_brings_the_picture(
    reachable: Remotes,
) -> None:
    reachable.fal.answers = [UnknownOutcome()]
    async with reachable.working():
        id = await reachable.request(model="flux")
        await reachable.until_it_waits(id)
        reachable.clock.move(seconds=121)
        reachable.parts.engine.ring()
        failed = await reachable.until(id)
        assert (failed.state, failed.error_code, await reachable.balance()) == (State.FAILED, "unknown_outcome", 40)
        assert await reachable.parts.callbacks.called("fal", id, "job-1")
        found = await reachable.until(id, lambda record: record.state == State.DONE)
    assert (len(found.results), await reachable.balance()) == (1, 40), "late, and for nothing"


async def test_a_call_about_nothing_of_ours_changes_nothing(reachable: Remotes) -> None:
    assert not await reachable.parts.callbacks.called("fal", "no-such-generation", "job-1")
    id = await reachable.request(model="flux")
    assert not await reachable.parts.callbacks.called("fal", id, "job-1"), "it was never ordered"
    assert not await reachable.parts.callbacks.called("runpod", id, "job-1")
    assert (await reachable.record(id)).state == State.QUEUED


async def test_only_our_own_addresses_are_answered(reachable: Remotes) -> None:
    address = reachable.parts.callbacks.address("fal", "one")
    token = address.partition("token=")[2]
    assert address.startswith("https://studio.example/webhooks/fal?generation=one&token=")
    assert reachable.parts.callbacks.is_ours("fal", "one", token)
    assert not reachable.parts.callbacks.is_ours("fal", "two", token)
    assert not reachable.parts.callbacks.is_ours("runpod", "one", token)


async def test_who_cannot_be_reached_gives_no_address(remotes: Remotes) -> None:
    assert remotes.parts.callbacks.address("fal", "one") == ""


async def test_some_of_it_costs_some_of_it(remotes: Remotes) -> None:
    remotes.fal.pictures = [a_picture(), b"<svg/>", a_picture()]
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux", count=4))
    assert (record.state, len(record.results), await remotes.balance()) == (State.DONE, 2, 36)


async def test_more_than_was_asked_for_is_not_charged(remotes: Remotes) -> None:
    remotes.fal.pictures = [a_picture()] * 3
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux", count=1))
    assert (record.state, len(record.results), await remotes.balance()) == (State.DONE, 1, 38)


async def test_what_is_no_picture_is_a_refunded_failure(remotes: Remotes) -> None:
    remotes.fal.pictures = [b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux"))
    assert (record.state, await remotes.balance()) == (State.FAILED, 40)
    assert "not a picture" in record.error_sentence


async def test_cancelling_tells_the_provider(remotes: Remotes) -> None:
    remotes.fal.go.clear()
    async with remotes.working():
        id = await remotes.request(model="flux")
        await remotes.fal.followed.wait()
        async with remotes.parts.db.unit_of_work() as uow:
            await remotes.parts.generations.cancel(uow, remotes.ann, id)
        record = await remotes.until(id)
    assert (record.state, remotes.fal.cancelled, await remotes.balance()) == (State.CANCELLED, ["job-1"], 40)


async def test_cancelling_what_waits_for_a_call_ends_it(reachable: Remotes) -> None:
    reachable.fal.answers = [UnknownOutcome()]
    async with reachable.working():
        id = await reachable.request(model="flux")
        await reachable.until_it_waits(id)
        async with reachable.parts.db.unit_of_work() as uow:
            await reachable.parts.generations.cancel(uow, reachable.ann, id)
        assert (await reachable.until(id)).state == State.CANCELLED
    assert await reachable.balance() == 40


async def test_while_a_provider_is_down_its_partner_makes_it_at_the_same_price(remotes: Remotes) -> None:
    await remotes.read_notice("runpod")
    remotes.fal.capacity = 0
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="flux"))
    assert (record.state, record.model, await remotes.balance()) == (State.DONE, "sd", 38)
    assert (len(remotes.fal.orders), len(remotes.runpod.orders)) == (0, 1)


async def test_nothing_moves_to_a_provider_that_its_person_does_not_know(remotes: Remotes) -> None:
    remotes.fal.capacity = 0
    id = await remotes.request(model="flux")
    async with remotes.working():
        assert await remotes.parts.queue.claim("anybody", await remotes.parts.engine._lanes.room()) == []
        remotes.fal.capacity = 10
        remotes.parts.engine.ring()
        assert (await remotes.until(id)).model == "flux"
    assert remotes.runpod.orders == []


async def test_a_model_without_words_follows_its_source(remotes: Remotes) -> None:
    prepared = await remotes.parts.images.prepare(a_picture())
    async with remotes.parts.db.unit_of_work() as uow:
        source = await remotes.parts.images.add_source(uow, remotes.ann.user_id, prepared)
    async with remotes.working():
        record = await remotes.until(await remotes.request(model="up", prompt="", source_id=source.id, aspect_ratio=""))
    assert (record.state, record.width, record.height) == (State.DONE, 64, 64)
    assert remotes.fal.orders[0].prompt == ""
    assert b"compositeWithTrainedAlgorithmicMedia" in await remotes.parts.images.original_bytes(record.results[0])
