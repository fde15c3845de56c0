"""A job is followed until it has finished, however badly the connection behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kaleipix_app.backend.providers.base import ProviderError, Queued, Running, TimedOut, Unconfigured, UnknownOutcome
from kaleipix_app.backend.providers.circuit import FAILURES
from kaleipix_app.backend.providers.fal.pace import Pace
from kaleipix_app.backend.providers.fal.provider import FalProvider
from kaleipix_app.backend.providers.fal.status import Status, read
from tests.backend.providers.fal.bench import QUICK, Bench, an_order

CALLBACK = "https://studio.test/webhooks/fal?generation=a-generation&token=t"
NEVER = Pace(poll=0.001, slowest=0.001, gentle=3600, gentlest=3600)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def follow(provider: FalProvider, job: str) -> ProviderError | None:
    try:
        async with asyncio.timeout(10):
            async for _ in provider.follow(job):
                pass
    except ProviderError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("error", {}),
        ("reply", {"status": 404, "body": "no such page"}),
        ("reply", {"status": 200, "body": "data: no JSON\n\ndata: []\n\n: nothing\n\n"}),
        ("reply", {"status": 200, "body": "data: " + "x" * 300_000 + "\n\n"}),
        ("hang", {}),
        ("cut", {"times": 2}),  # the library tries a kept connection twice
        ("cut_after", {"times": 2}),
        ("rate_limited", {}),
    ],
)
async def test_without_a_stream_it_is_asked_directly(do: str, args: dict[str, Any], bench: Bench) -> None:
    bench.fal.script("stream", do, **args)
    provider = bench.another(pace=Pace(poll=0.01, silence=0.1, backoff=0.01, longest=0.05))
    job = await provider.submit(an_order())
    assert await follow(provider, job) is None
    assert bench.count("status") >= 1
    assert len(await provider.collect(job)) == 1


async def test_a_job_too_many_for_the_streams_is_asked_about(bench: Bench) -> None:
    bench.fal.hold("running")
    provider = bench.another(streams=1)
    jobs = [await provider.submit(an_order()) for _ in range(3)]
    following = [asyncio.create_task(follow(provider, job)) for job in jobs]
    await until(lambda: bench.count("status") >= 4)
    assert bench.count("stream") == 1
    bench.fal.release()
    assert await asyncio.gather(*following) == [None, None, None]


async def test_a_silent_stream_is_left_for_questions(bench: Bench) -> None:
    bench.fal.hold("running")
    provider = bench.another(pace=Pace(poll=0.01, silence=0.1))
    job = await provider.submit(an_order())
    following = asyncio.create_task(follow(provider, job))
    await until(lambda: bench.count("status") >= 2)
    bench.fal.release()
    assert await following is None


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("error", {"status": 503}),
        ("nginx", {}),
        ("hang", {}),
        ("cut", {}),
        ("malformed", {}),
        ("missing", {"fields": ["status"]}),
        ("changed", {"fields": {"status": "THINKING"}}),
        ("rate_limited", {}),
        ("reply", {"status": 404, "body": "<html>gone for a moment</html>"}),
    ],
)
async def test_a_read_that_fails_is_repeated(do: str, args: dict[str, Any], bench: Bench) -> None:
    bench.fal.script("stream", "error")
    bench.fal.script("status", do, times=3, **args)
    provider = bench.another(pace=Pace(poll=0.01, backoff=0.01, longest=0.02, read=0.1))
    assert await follow(provider, await provider.submit(an_order())) is None


async def test_without_a_good_answer_it_ends_and_is_stopped(bench: Bench) -> None:
    bench.fal.script("stream", "error")
    bench.fal.script("status", "malformed", times=None)
    provider = bench.another(pace=Pace(poll=0.01, backoff=0.01, longest=0.02, patience=0.2))
    assert type(await follow(provider, await provider.submit(an_order()))) is TimedOut
    assert bench.count("cancel") == 1


async def test_fal_is_left_alone_while_it_is_down_and_asked_no_more_than_that(bench: Bench) -> None:
    bench.fal.script("stream", "error")
    bench.fal.script("status", "error", times=None)
    provider = bench.another(pace=Pace(poll=0.01, backoff=0.01, longest=0.02, patience=0.5))
    assert type(await follow(provider, await provider.submit(an_order()))) is TimedOut
    assert provider.room() == 0
    assert bench.count("stream") + bench.count("status") == FAILURES


@pytest.mark.parametrize("job", ["fal-ai/flux/requests/0d2b1a6e-0000-4000-8000-000000000000"])
async def test_an_unknown_job_is_lost(job: str, bench: Bench) -> None:
    assert type(await follow(bench.provider, job)) is UnknownOutcome


@pytest.mark.parametrize(
    "job",
    ["", "abc", "fal-ai/flux/requests/../../x", "//evil.test/a/requests/1", "a/b/requests/1?x", "a/b/requests/1\n"],
)
async def test_what_is_no_id_is_never_asked_for(job: str, bench: Bench) -> None:
    assert type(await follow(bench.provider, job)) is UnknownOutcome
    with pytest.raises(UnknownOutcome):
        await bench.provider.collect(job)
    await bench.provider.cancel(job)
    bench.provider.nudge(job)
    assert bench.fal.requests == []


async def test_a_key_that_is_taken_away_ends_it(bench: Bench) -> None:
    job = await bench.provider.submit(an_order())
    assert type(await follow(bench.another(key="wrong:key"), job)) is Unconfigured


@pytest.mark.parametrize(("stage", "limit"), [("queued", {"queue": 0.1}), ("running", {"running": 0.1})])
async def test_nothing_takes_for_ever(stage: str, limit: dict[str, float], bench: Bench) -> None:
    bench.fal.hold(stage)
    provider = bench.another(pace=Pace(poll=0.01, silence=0.05, **limit))
    job = await provider.submit(an_order())
    assert type(await follow(provider, job)) is TimedOut
    assert bench.count("cancel") == 1
    assert bench.fal.jobs.at("done"), "it was stopped there too"


async def test_a_job_that_failed_is_followed_to_its_end(bench: Bench) -> None:
    bench.fal.script("job", "policy")
    assert await follow(bench.provider, await bench.provider.submit(an_order())) is None


async def test_a_call_makes_us_look_at_once(bench: Bench) -> None:
    bench.fal.hold("running")
    provider = bench.another(pace=NEVER)
    job = await provider.submit(an_order(callback=CALLBACK))
    submit = next(request for request in bench.fal.requests if request.step == "submit")
    assert submit.query == {"fal_webhook": CALLBACK}
    following = asyncio.create_task(follow(provider, job))
    await until(lambda: bench.count("status") == 1)
    bench.fal.release()
    await until(lambda: bool(bench.fal.jobs.at("done")))
    assert not following.done()
    assert bench.count("status") == 1
    provider.nudge(provider.job("flux-schnell", job.rpartition("/")[2]))
    assert await following is None
    assert bench.count("stream") == 0


async def test_after_a_call_that_came_too_early_we_look_more_often(bench: Bench) -> None:
    bench.fal.hold("running")
    provider = bench.another(pace=Pace(poll=0.01, gentle=3600, gentlest=3600))
    job = await provider.submit(an_order(callback=CALLBACK))
    following = asyncio.create_task(follow(provider, job))
    await until(lambda: bench.count("status") == 1)
    provider.nudge(job)
    await until(lambda: bench.count("status") >= 3)
    bench.fal.release()
    assert await following is None


async def test_a_call_that_never_comes_is_not_needed(bench: Bench) -> None:
    provider = bench.another(pace=QUICK)
    assert await follow(provider, await provider.submit(an_order(callback=CALLBACK))) is None


async def test_after_a_restart_nobody_waits_for_a_call(bench: Bench) -> None:
    job = await bench.provider.submit(an_order(callback=CALLBACK))
    assert await follow(bench.another(pace=NEVER), job) is None


async def test_stopping_is_never_an_error(bench: Bench) -> None:
    bench.fal.hold("queued")
    job = await bench.provider.submit(an_order())
    for do in ("error", "cut", "too_late", "not_found", "rate_limited"):
        bench.fal.script("cancel", do)
        await bench.provider.cancel(job)
    await bench.provider.cancel(job)
    assert bench.fal.jobs.at("done")
    await bench.provider.cancel(job)
    bench.fal.script("cancel", "hang")
    await bench.another(pace=Pace(cancel=0.1)).cancel(job)
    assert bench.provider.room() > 1, "none of that counts"


async def test_whoever_stops_following_gives_the_connection_back(bench: Bench) -> None:
    bench.fal.hold("queued")
    job = await bench.provider.submit(an_order())
    for _ in range(3):
        follower = bench.provider.follow(job)
        assert await anext(follower) == Queued(0)
        await follower.aclose()
    streams = [request for request in bench.fal.requests if request.step == "stream"]
    assert len(streams) == 3
    assert bench.provider._streams == 0


@pytest.mark.parametrize(
    ("message", "fraction"),
    [
        ("42%", 0.42),
        (" 50%|█████     | 2/4", 0.5),
        ("12/28", 12 / 28),
        ("step 7 / 28 [00:03<00:09]", 0.25),
        ("progress: 12.5 %", 0.12),
        ("140%", 1.0),
        ("9/4", None),
        ("0/0", None),
        ("2026/11/24 started", None),
        ("loading weights", None),
        ("", None),
        (None, None),
    ],
)
def test_progress_is_read_from_what_models_print(message: str | None, fraction: float | None) -> None:
    logs = [{"message": "99%" if fraction is not None else "start"}, {"message": message}, {"level": "INFO"}, "?"]
    assert read({"status": "IN_PROGRESS", "logs": logs}) == Status("IN_PROGRESS", fraction=fraction)


@pytest.mark.parametrize(("position", "shown"), [(3, 3), (0, 0), (None, None), ("3", None), (-1, None), (True, None)])
def test_the_place_in_the_queue_is_a_number_or_unknown(position: object, shown: int | None) -> None:
    found = read({"status": "IN_QUEUE", "queue_position": position})
    assert found is not None
    assert found.update == Queued(shown)


@pytest.mark.parametrize("logs", [None, "42%", 42, {"message": "42%"}])
def test_logs_of_another_shape_are_no_progress(logs: object) -> None:
    found = read({"status": "IN_PROGRESS", "logs": logs})
    assert found is not None
    assert found.update == Running(None)
