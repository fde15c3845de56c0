"""Guessing gets slow and loud; people with the right code are not locked out by strangers."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from kaleipix_app.backend.abuse.guesses import BUDGET, DELAY_SECONDS, Guesses
from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.errors import BadInput, TooMany
from tests.conftest import MovableClock


class Pauses:
    """Instead of waiting, writes down how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def guesses(clock: MovableClock, pauses: Pauses) -> Guesses:
    return Guesses(Limiter(clock), clock, pauses)


async def _guess(guesses: Guesses, network: str, *, right: bool = False) -> None:
    async with guesses.one(network):
        await asyncio.sleep(0)
        if not right:
            raise BadInput("wrong")


async def _many_wrong(guesses: Guesses, count: int, prefix: str = "net") -> None:
    for number in range(count):
        with pytest.raises(BadInput):
            await _guess(guesses, f"{prefix} {number}")


async def test_a_network_has_10_wrong_codes_in_5_minutes(guesses: Guesses, clock: MovableClock) -> None:
    outcomes = await asyncio.gather(*(_guess(guesses, "net") for _ in range(50)), return_exceptions=True)

    assert sum(isinstance(outcome, BadInput) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 40
    with pytest.raises(TooMany, match="5 minutes") as refusal:
        await _guess(guesses, "net", right=True)
    assert refusal.value.retry_after == 300
    clock.move(minutes=5)
    await _guess(guesses, "net", right=True)


async def test_right_codes_do_not_count(guesses: Guesses, pauses: Pauses) -> None:
    for _ in range(BUDGET + 50):
        await _guess(guesses, "a big school", right=True)

    assert pauses.seconds == []


async def test_an_attack_from_everywhere_slows_all_but_locks_nobody(
    guesses: Guesses, pauses: Pauses, clock: MovableClock
) -> None:
    await _many_wrong(guesses, BUDGET)
    assert pauses.seconds == []

    await _guess(guesses, "a bystander", right=True)
    assert pauses.seconds == [DELAY_SECONDS]
    clock.move(minutes=5)
    await _guess(guesses, "a bystander", right=True)
    assert pauses.seconds == [DELAY_SECONDS]


async def test_the_operator_is_alerted_once_a_window(guesses: Guesses, clock: MovableClock) -> None:
    with structlog.testing.capture_logs() as lines:
        await _many_wrong(guesses, BUDGET + 20)
        assert [line["event"] for line in lines] == ["alert_codes_are_being_guessed"]
        clock.move(minutes=6)
        await _many_wrong(guesses, BUDGET, "later")

    assert len(lines) == 2
    assert lines[0]["log_level"] == "error"
