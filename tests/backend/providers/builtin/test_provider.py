"""How an order travels: progress, previews, cancelling, failing, forgetting."""

from __future__ import annotations

import asyncio
import io
import threading
import time

import pytest
import structlog.testing
from PIL import Image

from kaleipix_app.backend.providers.base import Busy, Provider, ProviderError, Queued, Running, UnknownOutcome
from kaleipix_app.backend.providers.builtin import BuiltinProvider, provider, styles
from kaleipix_app.backend.providers.builtin.brief import Brief, Tick
from kaleipix_app.backend.providers.builtin.oklab import Floats
from tests.backend.providers.builtin.helpers import made, order, photo, running


class Gate:
    """A style that stops half-way until it is let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.ticks = 0
        monkeypatch.setitem(styles.STYLES, "pixel", self._render)
        self._real = styles.pixel.render

    def _render(self, brief: Brief, tick: Tick) -> Floats:
        picture = self._real(brief, tick)
        tick(0.5, picture)
        self.reached.set()
        assert self.open.wait(10)
        for _ in range(50):
            tick(0.6, picture)
            self.ticks += 1
        return picture


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


def test_it_is_a_provider() -> None:
    engine: Provider = BuiltinProvider(workers=1)
    assert engine.key == "builtin"
    assert engine.repeatable


def test_no_thread_is_started_by_building_it() -> None:
    before = threading.active_count()
    BuiltinProvider(workers=4)
    assert threading.active_count() == before


async def test_progress_grows_over_all_pictures(engine: BuiltinProvider) -> None:
    updates = await running(engine, await engine.submit(order(size=(320, 320), count=3, style="watercolour")))
    fractions = [update.fraction for update in updates if update.fraction is not None]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) >= 6
    assert fractions[-1] > 0.9


@pytest.mark.parametrize("source", [None, photo()], ids=["prompt", "source"])
async def test_previews_are_small_webp_pictures(
    engine: BuiltinProvider, source: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "PREVIEW_EVERY", 0.0)
    updates = await running(engine, await engine.submit(order(size=(600, 400), source=source, style="halftone")))
    previews = {update.preview for update in updates if update.preview}
    assert previews
    for data in previews:
        assert len(data) <= 15_000
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.format == "WEBP"
            assert picture.size == (256, 171)


async def test_the_loop_stays_free_while_a_picture_is_drawn(engine: BuiltinProvider) -> None:
    job = await engine.submit(order(size=(640, 640), style="posterise"))
    turns = 0
    follower = asyncio.create_task(running(engine, job))
    while not follower.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_two_may_follow_and_a_finished_job_can_still_be_followed(engine: BuiltinProvider) -> None:
    job = await engine.submit(order())
    one, other = await asyncio.gather(running(engine, job), running(engine, job))
    assert one[-1].fraction == other[-1].fraction == 1.0
    assert (await running(engine, job))[-1].fraction == 1.0
    assert len(await engine.collect(job)) == 1


async def test_cancel_stops_at_the_next_step(engine: BuiltinProvider, gate: Gate) -> None:
    job = await engine.submit(order(style="pixel"))
    follower = asyncio.create_task(running(engine, job))
    assert await asyncio.to_thread(gate.reached.wait, 10)
    await engine.cancel(job)
    gate.open.set()
    assert all(update.fraction != 1.0 for update in await follower)
    await engine.close()  # waits for the threads
    assert gate.ticks == 0
    with pytest.raises(UnknownOutcome):
        await engine.collect(job)


async def test_a_real_rendering_stops_quickly() -> None:
    engine = BuiltinProvider(workers=1)
    job = await engine.submit(order(size=(1024, 1024), count=4, style="watercolour"))
    async for update in engine.follow(job):
        if isinstance(update, Running) and (update.fraction or 0) > 0.03:
            break
    await engine.cancel(job)
    started = time.perf_counter()
    await engine.close()
    assert time.perf_counter() - started < 0.6  # four pictures would take seconds; room for a busy machine


async def test_a_job_that_waits_says_so(gate: Gate) -> None:
    engine = BuiltinProvider(workers=1)
    await engine.submit(order(style="pixel"))
    assert await asyncio.to_thread(gate.reached.wait, 10)
    second = await engine.submit(order())
    updates = engine.follow(second)
    assert isinstance(await anext(updates), Queued)
    gate.open.set()
    assert isinstance([update async for update in updates][-1], Running)
    await engine.close()


@pytest.mark.parametrize("job", ["", "nonsense"])
async def test_an_unknown_job_has_an_unknown_outcome(engine: BuiltinProvider, job: str) -> None:
    with pytest.raises(UnknownOutcome):
        await running(engine, job)
    with pytest.raises(UnknownOutcome):
        await engine.collect(job)
    await engine.cancel(job)


async def test_collecting_forgets_the_job(engine: BuiltinProvider) -> None:
    job = await engine.submit(order())
    await running(engine, job)
    await engine.collect(job)
    with pytest.raises(UnknownOutcome):
        await engine.collect(job)


async def test_collecting_too_early_is_refused(engine: BuiltinProvider, gate: Gate) -> None:
    job = await engine.submit(order(style="pixel"))
    with pytest.raises(ProviderError):
        await engine.collect(job)
    gate.open.set()
    await running(engine, job)
    assert await engine.collect(job)


async def test_a_crash_becomes_a_safe_sentence_and_a_log_line_without_the_prompt(
    engine: BuiltinProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(brief: Brief, tick: Tick) -> Floats:
        raise RuntimeError(f"secret detail about {brief.prompt}")

    monkeypatch.setitem(styles.STYLES, "mosaic", broken)
    with structlog.testing.capture_logs() as lines, pytest.raises(ProviderError) as caught:
        await made(engine, order("my private words", style="mosaic", count=2))
    assert caught.value.code == "provider_error"
    shown = f"{caught.value.sentence} {caught.value} {lines}"
    assert "secret" not in shown
    assert "private" not in shown
    assert lines[0]["event"] == "rendering_failed"
    assert lines[0]["error"] == "RuntimeError"


async def test_pictures_nobody_collects_are_forgotten(engine: BuiltinProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "MAX_UNCOLLECTED", 2)
    jobs = []
    for seed in range(4):
        jobs.append(await engine.submit(order(size=(16, 16), seed=seed)))
        await running(engine, jobs[-1])
    with pytest.raises(UnknownOutcome):
        await engine.collect(jobs[0])
    assert await engine.collect(jobs[-1])


async def test_a_full_queue_is_busy(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "MAX_UNFINISHED", 2)
    engine = BuiltinProvider(workers=1)
    for _ in range(2):
        await engine.submit(order(style="pixel"))
    with pytest.raises(Busy):
        await engine.submit(order())
    gate.open.set()
    await engine.close()
    with pytest.raises(Busy):
        await engine.submit(order())
