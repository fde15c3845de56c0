"""Whatever people ask for, whatever the provider answers and wherever the process dies: the books are right.

Random stories are told, each on a database of its own, and then everything is given the time to end.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.errors import Conflict, NotEnoughCredits
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.providers.base import (
    Down,
    ProviderError,
    RateLimited,
    Refused,
    TimedOut,
    UnknownOutcome,
    Unreachable,
)
from kaleipix_app.backend.settings import Settings
from tests.backend.generation.conftest import Pipeline
from tests.backend.generation.remote import CATALOGUE, Remote, a_picture
from tests.conftest import MovableClock

#: What the provider makes of the next order: the answer, and whether the order has arrived.
ANSWERS: dict[str, tuple[Exception | None, bool]] = {
    "accepted": (None, True),
    "busy": (RateLimited(retry_after=20), False),
    "unreachable": (Unreachable(), False),
    "lost answer": (UnknownOutcome(), True),
    "lost order": (UnknownOutcome(), False),
    "down": (Down(), True),
    "refused": (Refused(), False),
    "killed before the answer": (asyncio.CancelledError(), True),  # type: ignore[dict-item]
}
#: How it goes on once accepted.
COURSES: dict[str, Any] = {"fine": None, "times out": TimedOut(), "is refused": Refused(), "is killed": "kill"}

STEPS = st.one_of(
    st.tuples(st.just("request"), st.integers(1, 4)),
    st.tuples(st.just("work"), st.sampled_from(sorted(ANSWERS)), st.sampled_from(sorted(COURSES)), st.integers(0, 4)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("retry"), st.integers(0, 5)),
    st.tuples(st.just("call"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.sampled_from([5, 31, 130])),
    st.tuples(st.just("restart")),
)


class Killed(BaseException):
    """The process is gone at this point."""


class Story(Pipeline):
    """One installation and what happens to it."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        self.settings = Settings(data_dir=folder, public_url="https://studio.example")
        self.clock, self.maker = clock, Remote("fal")
        self.ids: list[str] = []
        self._open()

    def _open(self) -> None:
        self.parts = Container(self.settings, clock=self.clock, providers={"fal": self.maker}, models=CATALOGUE)

    async def request_(self, count: int) -> None:
        try:
            self.ids.append(await self.request(model="flux", count=count))
        except NotEnoughCredits:
            assert await self.balance() < 2 * count

    async def work(self, answer: str, course: str, delivered: int) -> None:
        """One job is taken up and goes as far as it goes."""
        self.maker.answers = [ANSWERS[answer][0]]
        self.maker.arrives = ANSWERS[answer][1]
        outcome = COURSES[course]
        self.maker.failure = outcome if isinstance(outcome, ProviderError) else None
        self.maker.dies = Killed() if outcome == "kill" else None
        self.maker.pictures = [a_picture()] * delivered
        for lease in await self.parts.queue.claim("w", {"fal": 1}):
            try:
                await self.parts.engine._worker.run(lease)
            except (asyncio.CancelledError, Killed):
                await self.restart()

    async def cancel(self, which: int) -> None:
        await self._command("cancel", which)

    async def retry(self, which: int) -> None:
        try:
            await self._command("retry", which)
        except (Conflict, NotEnoughCredits):
            return

    async def _command(self, name: str, which: int) -> None:
        if which < len(self.ids):
            async with self.parts.db.unit_of_work() as uow:
                new = await getattr(self.parts.generations, name)(uow, self.ann, self.ids[which])
            self.ids += [new] if new else []

    async def call(self, which: int) -> None:
        """The provider calls about an order that has arrived, maybe again."""
        if which < len(self.maker.orders):
            order = self.maker.orders[which]
            await self.parts.callbacks.called("fal", order.generation_id, f"job-{which + 1}")

    async def wait(self, seconds: int) -> None:
        self.clock.move(seconds=seconds)

    async def restart(self) -> None:
        await self.parts.db.close()
        self._open()
        await self.parts.queue.take_over()

    async def end(self) -> None:
        """Everything is given time to end, at a provider that is well again."""
        for _ in range(60):
            if not any(row.state in ACTIVE for row in await self.rows(Generation)):
                return
            await self.work("accepted", "fine", 4)
            await self.wait(31)
        raise AssertionError("something never ends")

    async def rows(self, table: Any) -> list[Any]:
        async with self.parts.db.reading() as uow:
            return list((await uow.session.exec(select(table))).all())


async def tell(folder: Path, steps: list[tuple[Any, ...]]) -> None:
    story = Story(folder, MovableClock())
    await story.prepare()
    async with story.parts.db.unit_of_work() as uow:
        await story.parts.transfers.acknowledge(uow, story.ann, "fal")
    try:
        for name, *arguments in steps:
            await getattr(story, "request_" if name == "request" else name)(*arguments)
            assert await story.balance() >= 0
        await story.end()
        await check(story)
    finally:
        await story.parts.db.close()


async def check(story: Story) -> None:
    """Every generation has ended, every order was handed over once, and every picture and credit is accounted for."""
    generations: list[Generation] = await story.rows(Generation)
    pictures: list[Image] = await story.rows(Image)
    entries: list[LedgerEntry] = await story.rows(LedgerEntry)
    assert {row.id for row in generations} == set(story.ids)
    spent = 0
    for row in generations:
        mine = {entry.key.partition(":")[0]: entry.amount for entry in entries if entry.generation_id == row.id}
        kept = sum(picture.generation_id == row.id for picture in pictures)
        orders = sum(order.generation_id == row.id for order in story.maker.orders)
        paid = -(mine["reserve"] + mine.get("refund", 0))
        assert orders <= 1, "asked twice for the same"
        assert "settle" in mine
        assert kept == (row.delivered if row.state == State.DONE else 0)
        assert paid in ({row.price * kept // row.count, 0} if row.state == State.DONE else {0})
        assert kept or row.state != State.DONE
        spent += paid
    assert await story.balance() == (40 if generations else 0) - spent


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """A process that is killed closes nothing: its connections are found by the collector, here and not later."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_the_books_are_right_whatever_happens(steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(tell(Path(folder), steps))
