"""Ordering costs money: whatever happens, one order is one job at most, and its error says what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kaleipix_app.backend.providers.base import ProviderError, RateLimited
from kaleipix_app.backend.providers.circuit import FAILURES, PAUSE, Circuit
from tests.backend.providers.runpod.conftest import Studio, an_order

CASES: list[tuple[str, dict[str, Any], str, int]] = [
    # what happens to the order, how it is called, how many jobs there are then
    ("unauthorized", {}, "unconfigured", 0),
    ("no_balance", {}, "unconfigured", 0),
    ("not_found", {}, "unsupported", 0),
    ("rate_limited", {"retry_after": 20}, "rate_limited", 0),
    ("error", {"status": 500}, "provider_down", 0),
    ("error", {"status": 503}, "provider_down", 0),
    ("error", {"status": 400}, "bad_order", 0),
    ("redirect", {"to": "https://elsewhere.example/"}, "provider_error", 0),
    ("hang", {}, "unknown_outcome", 0),
    ("hang_after", {}, "unknown_outcome", 1),
    ("cut", {}, "unknown_outcome", 0),
    ("cut_after", {}, "unknown_outcome", 1),
    ("cut_midway", {}, "unknown_outcome", 1),
    ("malformed", {}, "unknown_outcome", 1),
    ("missing", {"fields": ["id"]}, "unknown_outcome", 1),
    ("changed", {"fields": {"id": "../../other"}}, "unknown_outcome", 1),
    ("huge", {}, "unknown_outcome", 0),
]


@pytest.mark.parametrize(("do", "args", "code", "jobs"), CASES)
async def test_one_order_is_one_job_at_most(
    studio: Studio, logged: Callable[[], str], do: str, args: dict[str, Any], code: str, jobs: int
) -> None:
    studio.pod.script("submit", do, times=None, **args)
    impatient = studio.another(read=0.3)
    with pytest.raises(ProviderError) as failed:
        await impatient.submit(an_order())
    assert failed.value.code == code
    assert (studio.pod.submissions().jobs, studio.asked("submit")) == (jobs, 1)
    if isinstance(failed.value, RateLimited):
        assert failed.value.retry_after == 20
    lines = logged()
    assert ("account_refused" in lines) == (code == "unconfigured"), "the operator has to know"
    assert "fox" not in lines


async def test_a_wrong_key(studio: Studio, logged: Callable[[], str]) -> None:
    with pytest.raises(ProviderError) as failed:
        await studio.another(key="another key").submit(an_order())
    assert failed.value.code == "unconfigured"
    lines = logged()
    assert "account_refused" in lines
    assert "another key" not in lines


async def test_nobody_listens(studio: Studio) -> None:
    with pytest.raises(ProviderError) as failed:
        await studio.another(url="http://127.0.0.1:9").submit(an_order())
    assert failed.value.code == "unreachable"


async def test_a_slow_answer_is_waited_for(studio: Studio) -> None:
    studio.pod.script("submit", "slow", seconds=0.3)
    assert await studio.provider.submit(an_order())
    assert studio.pod.submissions().jobs == 1


async def test_the_circuit_opens_after_five_failures_and_one_order_tries_again(studio: Studio) -> None:
    now = 0.0
    provider = studio.another(circuit=Circuit(lambda: now))
    studio.pod.script("submit", "error", times=FAILURES)
    for _ in range(FAILURES):
        assert provider.room() == 200
        with pytest.raises(ProviderError):
            await provider.submit(an_order())
    assert provider.room() == 0
    with pytest.raises(ProviderError) as refused:
        await provider.submit(an_order())
    assert refused.value.code == "unreachable"
    assert studio.asked("submit") == FAILURES, "nothing was sent"
    now = PAUSE
    assert provider.room() == 200
    assert await provider.submit(an_order())
    assert provider.room() == 200


@pytest.mark.parametrize(
    ("step", "do"),
    [("submit", "rate_limited"), ("submit", "not_found"), ("submit", "unauthorized"), ("cancel", "error")],
)
async def test_answers_about_one_order_never_open_the_circuit(studio: Studio, step: str, do: str) -> None:
    studio.pod.script(step, do, times=None)
    for _ in range(FAILURES + 1):
        if step == "cancel":
            await studio.provider.cancel("sdxl/some-id")
        else:
            with pytest.raises(ProviderError):
                await studio.provider.submit(an_order())
    assert studio.provider.room() == 200


async def test_two_hundred_orders_at_once(studio: Studio) -> None:
    jobs = await asyncio.gather(*(studio.provider.submit(an_order(count=1)) for _ in range(200)))
    assert len(set(jobs)) == studio.pod.submissions().jobs == 200
