"""A click that need not wait is claimed and announced with its own transaction; everything else waits its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db import locks
from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.queue import LEASE, MOST_AT_WORK
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.providers.base import Unreachable
from kaleipix_app.backend.settings import Settings
from tests.backend.generation.remote import Remote
from tests.backend.generation.test_remote import Remotes
from tests.backend.media.samples import file, photo
from tests.conftest import MovableClock, only_postgresql

_FLUX = Draft("flux", "a teal square", "1:1")


@pytest.fixture
async def remotes(tmp_path: Path, db_url: str, clock: MovableClock) -> AsyncIterator[Remotes]:
    settings = Settings(data_dir=tmp_path / "data", db_url=SecretStr(db_url))
    made = Remotes(settings, clock, Remote("fal"), Remote("runpod"))
    await made.prepare()
    for viewer in (made.ann, made.bob):
        async with made.parts.db.unit_of_work() as uow:
            await made.parts.transfers.acknowledge(uow, viewer, "fal")
    yield made
    await made.parts.db.close()


async def at_rest(remotes: Remotes) -> None:
    """Until the engine has looked at what was left, and there is room."""
    async with asyncio.timeout(10):
        while remotes.parts.engine._bell.is_set() or remotes.parts.engine._is_claiming:
            await asyncio.sleep(0)


async def click(remotes: Remotes, viewer: Viewer | None = None, draft: Draft = _FLUX) -> Generation:
    """The row as the click's own transaction leaves it behind."""
    async with remotes.parts.db.unit_of_work() as uow:
        id = await remotes.parts.generations.request(uow, viewer or remotes.ann, draft)
        assert id not in {order.generation_id for order in remotes.fal.orders}, "nothing leaves before it is written"
        return (await uow.session.exec(select(Generation).where(Generation.id == id))).one()


async def test_claim_and_intent_are_written_with_the_click(remotes: Remotes) -> None:
    async with remotes.working():
        await at_rest(remotes)
        row = await click(remotes)
        assert (row.state, row.fence, row.attempts) == (State.STARTING, 1, 1)
        assert (row.ordered_at, row.lease_until) == (remotes.clock.now(), remotes.clock.now() + LEASE)
        assert (await remotes.until(row.id)).state is State.DONE
    assert (len(remotes.fal.orders), await remotes.balance()) == (1, 38)


@pytest.mark.parametrize("arrives", [False, True])
async def test_killed_after_the_click_and_before_the_answer_it_ends_refunded(remotes: Remotes, arrives: bool) -> None:
    remotes.fal.arrives, remotes.fal.answers = arrives, [asyncio.CancelledError()]  # type: ignore[list-item]
    async with remotes.working():
        await at_rest(remotes)
        row = await click(remotes)
        async with asyncio.timeout(10):
            while remotes.fal.answers or remotes.parts.engine._running:
                await asyncio.sleep(0)
    assert (await remotes.record(row.id)).state is State.STARTING
    new = await remotes.restarted()
    new.clock.move(seconds=31)  # on PostgreSQL its lease has to run out
    async with new.working():
        record = await new.until(row.id)
    assert (record.state, record.error_code, await new.balance()) == (State.FAILED, "unknown_outcome", 40)
    assert len(remotes.fal.orders) == int(arrives), "it is never asked again"
    await new.parts.db.close()


async def test_an_order_that_surely_did_not_arrive_is_taken_back_and_asked_again(remotes: Remotes) -> None:
    remotes.fal.arrives, remotes.fal.answers = False, [Unreachable()]
    async with remotes.working():
        await at_rest(remotes)
        row = await click(remotes)
        await remotes.until_it_waits(row.id)
        remotes.clock.move(seconds=21)
        remotes.parts.engine.ring()
        assert (await remotes.until(row.id)).state is State.DONE
    assert len(remotes.fal.orders) == 1


async def test_of_one_person_four_begin_and_the_fifth_waits_for_them(remotes: Remotes) -> None:
    remotes.fal.go.clear()
    async with remotes.working():
        await at_rest(remotes)
        rows = [await click(remotes) for _ in range(MOST_AT_WORK + 1)]
        assert [row.state for row in rows] == [State.STARTING] * MOST_AT_WORK + [State.QUEUED]
        remotes.fal.go.set()
        assert [(await remotes.until(row.id)).state for row in rows] == [State.DONE] * 5
    assert len(remotes.fal.orders) == 5


async def test_nobody_passes_those_who_wait_in_the_same_lane(remotes: Remotes) -> None:
    remotes.fal.capacity = 0
    waiting = await remotes.request(model="flux")
    async with remotes.working():
        await at_rest(remotes)
        remotes.fal.capacity = 10
        row = await click(remotes, remotes.bob)
        assert row.state == State.QUEUED
        assert (await remotes.until(waiting)).state is State.DONE
        async with asyncio.timeout(10):
            while len(remotes.fal.orders) < 2:
                await asyncio.sleep(0)
    assert [order.generation_id for order in remotes.fal.orders] == [waiting, row.id]


@pytest.mark.parametrize("room", [0, 1])
async def test_where_there_is_no_room_it_waits(remotes: Remotes, room: int) -> None:
    remotes.fal.go.clear()
    async with remotes.working():
        await at_rest(remotes)
        remotes.fal.capacity = room
        rows = [await click(remotes) for _ in range(room + 1)]
        assert [row.state for row in rows] == [State.STARTING] * room + [State.QUEUED]


async def test_a_click_that_is_refused_keeps_no_place(remotes: Remotes) -> None:
    remotes.fal.capacity = 1
    async with remotes.working():
        await at_rest(remotes)
        with suppress(BadInput):
            async with remotes.parts.db.unit_of_work() as uow:
                await remotes.parts.generations.request(uow, remotes.ann, _FLUX)
                await remotes.parts.generations.request(uow, remotes.ann, Draft("flux", "", "1:1"))
        assert await remotes.balance() == 0, "nothing was written"
        row = await click(remotes)
        assert row.state == State.STARTING
        assert (await remotes.until(row.id)).state is State.DONE
    assert len(remotes.fal.orders) == 1


async def test_the_intent_of_one_that_needs_a_source_waits_until_that_is_at_hand(remotes: Remotes) -> None:
    source = await remotes.parts.images.keep_source(remotes.parts.db, remotes.ann.user_id, file(photo(64, 48), "PNG"))
    async with remotes.working():
        await at_rest(remotes)
        row = await click(remotes, draft=Draft("up", "", "", source_id=source.id))
        assert (row.state, row.ordered_at) == (State.STARTING, None)
        assert (await remotes.until(row.id)).state is State.DONE
    remotes.parts.ingest.close()


async def test_what_never_began_is_not_kept_alive(remotes: Remotes) -> None:
    """A click that is cut off just when it is written has nobody who works on it: its lease runs out."""
    async with remotes.working():
        await at_rest(remotes)
        remotes.fal.capacity = 0
        id = await remotes.request(model="flux")
        await at_rest(remotes)
        assert await remotes.parts.queue.claim(remotes.parts.engine._name, {"fal": 1})
        assert await remotes.parts.queue.heartbeat(remotes.parts.engine._name, []) == set()
        remotes.clock.move(seconds=31)
        remotes.fal.capacity = 1
        remotes.parts.engine.ring()
        assert (await remotes.until(id)).state is State.DONE


@only_postgresql
async def test_while_another_process_decides_whose_turn_it_is_the_queue_is_asked(remotes: Remotes) -> None:
    async with remotes.working():
        await at_rest(remotes)
        async with remotes.parts.db.unit_of_work() as uow:
            await locks.claims(await uow.session.connection())
            row = await click(remotes)
        assert row.state == State.QUEUED
        assert (await remotes.until(row.id)).state is State.DONE
