"""Following an order: what is told, how outages are sat out, and that everything ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from kaleipix_app.backend.providers.base import (
    ProviderError,
    Queued,
    RateLimited,
    Running,
    Starting,
    TimedOut,
    Unconfigured,
    UnknownOutcome,
    Update,
)
from kaleipix_app.backend.providers.circuit import FAILURES, PAUSE, Circuit
from kaleipix_app.backend.providers.runpod.watch import Pace, fraction
from tests.backend.providers.runpod.conftest import FAST, Studio, an_order
from tests.emulators.conftest import until

CALLBACK = "https://studio.example/webhooks/runpod?generation=g1&token=t"
ONLY_CALLS = Pace(first=0, most=0, called_first=60, called_next=60, called_most=60)


async def _next(updates: Any, *wanted: type[Update]) -> Update:
    """The next update of one of these kinds."""
    async with asyncio.timeout(10):
        async for update in updates:
            if isinstance(update, wanted):
                return update
    raise AssertionError("it ended before")


async def test_queued_then_running_with_progress_then_over(studio: Studio) -> None:
    studio.pod.hold("queued")
    job = await studio.provider.submit(an_order())
    updates = studio.provider.follow(job)
    assert await anext(updates) == Queued()
    studio.pod.hold("running")
    studio.pod.release("queued")
    while True:
        update = await _next(updates, Running)
        assert isinstance(update, Running)
        if update.fraction == 0.75:
            break
    studio.pod.release()
    assert all(isinstance(update, Running) for update in [update async for update in updates])
    assert len(await studio.provider.collect(job)) == 2


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (0.4, 0.4),
        (1.0, 1.0),
        (40, 0.4),
        (1, 0.01),
        (250, 1.0),
        (-3, 0.0),
        (10**400, 1.0),
        ("40%", 0.4),
        (" 7.5 % ", 0.075),
        ("0.5", 0.5),
        ({"progress": 40}, 0.4),
        ({"progress": "40%"}, 0.4),
        ({"progress": {"progress": 4}}, None),
        ({"step": 4}, None),
        ("nearly done", None),
        (float("nan"), None),
        ("inf", None),
        (True, None),
        (None, None),
        ([0.5], None),
    ],
)
def test_progress_as_workers_tell_it(output: object, expected: float | None) -> None:
    assert fraction(output) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("workers", "told"),
    [
        ({"running": 0, "idle": 0}, Starting),
        ({"running": 3}, Queued),
        ("nonsense", Starting),
        (None, Starting),
    ],
)
async def test_a_cold_start_is_told_from_a_queue_and_asked_about_once(
    studio: Studio, workers: object, told: type[Update]
) -> None:
    studio.pod.script("health", "changed", times=None, fields={"workers": workers})
    studio.pod.hold("queued")
    provider = studio.another(pace=replace(FAST, cold=0))
    job = await provider.submit(an_order())
    updates = provider.follow(job)
    for _ in range(3):
        assert isinstance(await anext(updates), told)
    assert studio.asked("health") == 1
    studio.pod.release()
    await _next(updates, Running)


async def test_a_status_that_nobody_knows_is_still_running(studio: Studio) -> None:
    studio.pod.script("job", "odd_status", word="WARMING_THE_ELECTRONS")
    studio.pod.hold("running")
    job = await studio.provider.submit(an_order())
    updates = studio.provider.follow(job)
    await _next(updates, Running)
    studio.pod.release()
    async for update in updates:
        assert isinstance(update, Running)
    assert len(await studio.provider.collect(job)) == 2


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("error", {"status": 500}),
        ("error", {"status": 418}),
        ("cut", {}),
        ("cut_after", {}),
        ("cut_midway", {}),
        ("hang", {}),
        ("malformed", {}),
        ("missing", {"fields": ["status"]}),
        ("changed", {"fields": {"status": 7}}),
        ("reply", {"status": 200, "body": "[]"}),
    ],
)
async def test_reads_that_fail_are_repeated(studio: Studio, do: str, args: dict[str, Any]) -> None:
    provider = studio.another(read=0.2)
    studio.pod.script("status", do, times=3, **args)
    job = await provider.submit(an_order())
    await studio.followed(job, provider)
    assert len(await provider.collect(job)) == 2
    assert studio.pod.submissions().jobs == 1


async def test_reads_that_fail_for_too_long_end_it(studio: Studio) -> None:
    provider = studio.another(pace=replace(FAST, silence=0.1))
    studio.pod.script("status", "malformed", times=None)
    studio.pod.hold("running")
    job = await provider.submit(an_order())
    with pytest.raises(TimedOut):
        await studio.followed(job, provider)
    assert studio.asked("cancel") == 1


async def test_an_outage_opens_the_circuit_and_is_sat_out(studio: Studio) -> None:
    now = 0.0
    provider = studio.another(circuit=Circuit(lambda: now))
    studio.pod.script("status", "error", times=None)
    job = await provider.submit(an_order())
    following = asyncio.create_task(studio.followed(job, provider))
    await until(lambda: not provider.room())
    studio.pod.rules.clear()
    assert studio.asked("status") == FAILURES, "nobody is asked while the circuit is open"
    assert not following.done()
    now = PAUSE
    await following
    assert provider.room() == 200
    assert len(await provider.collect(job)) == 2


@pytest.mark.parametrize("limit", ["queue", "work"])
async def test_what_takes_too_long_is_cancelled(studio: Studio, limit: str) -> None:
    studio.pod.hold("queued" if limit == "queue" else "running")
    pace = replace(FAST, queue=0.05) if limit == "queue" else replace(FAST, work=0.05)
    provider = studio.another(pace=pace)
    job = await provider.submit(an_order())
    with pytest.raises(TimedOut):
        await studio.followed(job, provider)
    assert {one.status for one in studio.pod.jobs.all.values()} == {"CANCELLED"}


@pytest.mark.parametrize("job", ["sdxl/unknown-id", "other/id", "", "sdxl", "sdxl/a/b", "../../x", "sdxl/id/calls/x"])
async def test_unknown_orders(studio: Studio, job: str) -> None:
    with pytest.raises(UnknownOutcome):
        await studio.followed(job)
    with pytest.raises(ProviderError):
        await studio.provider.collect(job)
    await studio.provider.cancel(job)
    assert studio.provider.room() == 200


async def test_a_key_that_is_withdrawn_meanwhile(studio: Studio) -> None:
    job = await studio.provider.submit(an_order())
    studio.pod.options.key = "another one"
    with pytest.raises(Unconfigured):
        await studio.followed(job)


async def test_a_huge_status_ends_it(studio: Studio) -> None:
    studio.pod.script("status", "huge", content_type="application/json")
    job = await studio.provider.submit(an_order())
    with pytest.raises(ProviderError) as failed:
        await studio.followed(job)
    assert failed.value.code == "result_too_large"


async def test_collecting_can_be_repeated_when_the_read_fails(studio: Studio) -> None:
    job = await studio.provider.submit(an_order())
    await studio.followed(job)
    for do in ("error",) * FAILURES + ("cut", "malformed", "rate_limited"):
        studio.pod.script("status", do)
        with pytest.raises(ProviderError) as failed:
            await studio.provider.collect(job)
        assert failed.value.code in ("unreachable", RateLimited.code)
    assert len(await studio.provider.collect(job)) == 2
    assert len(await studio.provider.collect(job)) == 2
    assert studio.provider.room() == 200, "results never count for the circuit"


async def test_collecting_before_it_has_finished(studio: Studio) -> None:
    studio.pod.hold("running")
    job = await studio.provider.submit(an_order())
    with pytest.raises(ProviderError, match="before"):
        await studio.provider.collect(job)


async def test_another_process_goes_on(studio: Studio) -> None:
    studio.pod.hold("running")
    job = await studio.provider.submit(an_order())
    await _next(studio.provider.follow(job), Running)
    await studio.provider.close()
    other = studio.another()
    studio.pod.release()
    await studio.followed(job, other)
    assert len(await other.collect(job)) == 2
    assert studio.pod.submissions().jobs == 1


@pytest.mark.parametrize("restarted", [False, True])
async def test_where_it_calls_nobody_asks_until_it_has_called(studio: Studio, restarted: bool) -> None:
    provider = studio.another(pace=ONLY_CALLS)
    studio.pod.hold("running")
    job = await provider.submit(an_order(callback=CALLBACK))
    if restarted:
        provider = studio.another(pace=ONLY_CALLS)
    updates = provider.follow(job)
    await anext(updates)
    waiting = asyncio.ensure_future(anext(updates, None))
    studio.pod.release()
    (found,) = studio.pod.jobs.all.values()
    async with asyncio.timeout(10):
        while found.status != "COMPLETED":
            await found.changed.wait()
    assert studio.asked("status") == 1
    provider.nudge(provider.job("sdxl", found.id))
    async with asyncio.timeout(10):
        assert await waiting is None
    assert len(await provider.collect(job)) == 2


async def test_where_the_call_never_comes_it_is_asked_all_the_same(studio: Studio) -> None:
    provider = studio.another(pace=replace(FAST, called_first=0.01, called_next=0.02, called_most=0.03))
    studio.pod.script("webhook", "never")
    job = await provider.submit(an_order(callback=CALLBACK))
    await studio.followed(job, provider)
    assert len(await provider.collect(job)) == 2


async def test_cancelling(studio: Studio) -> None:
    studio.pod.hold("running")
    job = await studio.provider.submit(an_order())
    await studio.provider.cancel(job)
    assert {one.status for one in studio.pod.jobs.all.values()} == {"CANCELLED"}
    studio.pod.release()
    late = await studio.provider.submit(an_order())
    await studio.followed(late)
    await studio.provider.cancel(late)
    assert len(await studio.provider.collect(late)) == 2, "too late is no harm"
    for do in ("error", "cut", "hang"):
        studio.pod.script("cancel", do)
        await studio.another(read=0.2).cancel(late)


def test_the_pace_of_looking() -> None:
    pace = Pace()
    assert (pace.first, pace.most, pace.called_next, pace.called_most) == (1, 5, 15, 60)
    assert (pace.silence, pace.queue, pace.work) == (300, 3600, 900)
