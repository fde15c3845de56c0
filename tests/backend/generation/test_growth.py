"""What is asked at every click and refresh does not grow with the years: short transactions hold up everybody else."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, insert, select

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.providers.catalogue import MAX_PROMPT
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock, make_tables
from tests.factories import a_generation, a_person

_FEW, _MANY = 300, 6_000  # generations of each kind
_STEP = 10  # of SQLite's machine, counted together
_DRAFT = Draft("kaleidoscope", "a teal square", "1:1", params={"style": "pixel"})


class Person:
    """Ann with a past, and how much SQLite has to do for her: here, and in all threads."""

    def __init__(self, parts: Container, ann: Viewer) -> None:
        self.parts = parts
        self.ann = ann
        self.steps = {True: 0, False: 0}

    async def lived(self, count: int) -> None:
        """Add what she has done: kept, erased with its prompt, failed and read, cancelled."""
        now = self.parts.clock.now()
        for state, prompt, dismissed_at in (
            (State.DONE, "a teal square", None),
            (State.FAILED, "a teal square", now),
            (State.CANCELLED, "a teal square", None),
            (State.DONE, "", None),
        ):
            times = {"started_at": now - timedelta(seconds=7), "finished_at": now, "dismissed_at": dismissed_at}
            row = a_generation(self.ann.user_id, now, state=state, prompt=prompt, **times).model_dump()
            async with self.parts.db.unit_of_work() as uow:
                rows = [{**row, "id": tokens.new_id()} for _ in range(count)]
                await (await uow.session.connection()).execute(insert(Generation), rows)

    async def watched(self, uow: UnitOfWork) -> None:
        """Count from here on."""
        here = threading.get_ident()

        def count() -> int:
            self.steps[threading.get_ident() == here] += 1
            return 0

        self.steps = {True: 0, False: 0}
        raw: Any = (await (await uow.session.connection()).get_raw_connection()).driver_connection
        raw._conn.set_progress_handler(count, _STEP)

    async def refresh(self) -> int:
        """What a tab reads when the bell rings; returns the steps on the event loop."""
        async with self.parts.db.reading(short=True) as uow:
            await self.parts.ledger.balance(uow, self.ann.user_id)  # known from now on
            await self.watched(uow)
            await self.parts.ledger.balance(uow, "nobody")
            await self.parts.history.live(uow, self.ann.user_id)
            await self.parts.history.made(uow, self.ann.user_id, limit=13)
        return self.steps[True]

    async def click(self, draft: Draft = _DRAFT) -> int:
        """The same of a click on Generate."""
        async with self.parts.db.unit_of_work(short=True) as uow:
            await self.watched(uow)
            await self.parts.generations.request(uow, self.ann, draft)
        return self.steps[True]


@pytest.fixture
async def person(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Person]:
    parts = Container(Settings(data_dir=tmp_path / "data"), clock=clock)
    await make_tables(parts.db)
    async with parts.db.unit_of_work() as uow:
        ann = await a_person(uow, "ann", clock.now())
    await parts.engine.start()
    yield Person(parts, ann)
    await parts.engine.stop(0)
    for provider in parts.providers.values():
        await provider.close()
    parts.ingest.close()
    await parts.db.close()


@pytest.mark.parametrize("what", ["refresh", "click"])
async def test_it_takes_the_event_loop_no_longer_with_a_long_past(person: Person, what: str) -> None:
    await person.lived(_FEW)
    before = await getattr(person, what)()
    await person.lived(_MANY)
    assert await getattr(person, what)() <= before * 1.2 + 50


async def test_it_takes_the_event_loop_no_longer_with_very_many_words(person: Person) -> None:
    prompt = "".join(chr(0x4E00 + number) for number in range(MAX_PROMPT))  # each of these is a word
    await person.click()
    assert await person.click(replace(_DRAFT, prompt=prompt)) <= await person.click() * 1.2 + 50


async def test_history_is_found_however_much_was_erased_since(person: Person) -> None:
    await person.lived(_FEW)
    async with person.parts.db.reading(short=True) as uow:
        found = [one.id for one in await person.parts.history.made(uow, person.ann.user_id, limit=400)]
        kept = select(Generation.id).where(col(Generation.state) == State.DONE, col(Generation.prompt) != "")
        assert found == list(await uow.session.exec(kept.order_by(col(Generation.id).desc())))
        assert [one.id for one in await person.parts.history.made(uow, person.ann.user_id, limit=3)] == found[:3]


async def test_usual_times_are_learned_from_the_latest_alone(person: Person) -> None:
    steps = []
    for count in (_FEW, _MANY, _MANY):
        await person.lived(count)
        person.parts.timings._looked_at = -1e9
        async with person.parts.db.reading() as uow:
            await person.watched(uow)
            usual = await person.parts.timings.usual(uow)
        steps.append(sum(person.steps.values()))
        assert usual["kaleidoscope"][0] == 7.0
    assert steps[2] <= steps[1] * 1.2
