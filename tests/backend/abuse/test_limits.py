"""Limits hold exactly, tell how long to wait, and keep no address."""

from __future__ import annotations

import pickle

import pytest

from kaleipix_app.backend.abuse.limits import CODES_PER_ADDRESS, CODES_PER_NETWORK, Limiter, Rule
from kaleipix_app.backend.errors import TooMany
from tests.conftest import MovableClock

TWICE_A_MINUTE = Rule("test", ((2, 60),), "Wait {wait}.")


@pytest.fixture
def limiter(clock: MovableClock) -> Limiter:
    return Limiter(clock)


def _refused(limiter: Limiter, rule: Rule, key: str) -> TooMany:
    with pytest.raises(TooMany) as refusal:
        limiter.take(rule, key)
    return refusal.value


def test_a_window_slides(limiter: Limiter, clock: MovableClock) -> None:
    limiter.take(TWICE_A_MINUTE, "ann")
    clock.move(seconds=20)
    limiter.take(TWICE_A_MINUTE, "ann")

    refusal = _refused(limiter, TWICE_A_MINUTE, "ann")
    assert (refusal.retry_after, refusal.sentence) == (40, "Wait 40 seconds.")
    clock.move(seconds=40)
    limiter.take(TWICE_A_MINUTE, "ann")
    assert _refused(limiter, TWICE_A_MINUTE, "ann").retry_after == 20


def test_refused_ones_do_not_count(limiter: Limiter, clock: MovableClock) -> None:
    for _ in range(2):
        limiter.take(TWICE_A_MINUTE, "ann")
    for _ in range(50):
        _refused(limiter, TWICE_A_MINUTE, "ann")
    clock.move(seconds=60)

    limiter.take(TWICE_A_MINUTE, "ann")


def test_who_is_long_gone_is_forgotten(limiter: Limiter, clock: MovableClock) -> None:
    for stranger in range(100):
        limiter.take(TWICE_A_MINUTE, str(stranger))
    clock.move(seconds=60)
    limiter.take(TWICE_A_MINUTE, "ann")
    assert limiter.remembered(TWICE_A_MINUTE) == 1


def test_people_do_not_share_a_limit(limiter: Limiter) -> None:
    for _ in range(2):
        limiter.take(TWICE_A_MINUTE, "ann")

    limiter.take(TWICE_A_MINUTE, "bob")


def test_an_address_gets_1_code_a_minute_5_an_hour_10_a_day(limiter: Limiter, clock: MovableClock) -> None:
    sent, waits = 0, set()
    start = clock.now()
    while (clock.now() - start).total_seconds() < 86400:
        try:
            limiter.take(CODES_PER_ADDRESS, "ann@example.com")
            sent += 1
            if sent == 5:
                assert (clock.now() - start).total_seconds() < 3600
            clock.move(seconds=60)
        except TooMany as refusal:
            waits.add(refusal.sentence.rpartition(" in ")[2])
            clock.move(seconds=refusal.retry_after)

    assert sent == 10
    assert waits == {"55 minutes.", "23 hours."}


def test_what_is_refused_by_one_limit_uses_up_no_other(limiter: Limiter) -> None:
    for number in range(20):
        limiter.take_all((CODES_PER_ADDRESS, f"{number}@example.com"), (CODES_PER_NETWORK, "net"))
    with pytest.raises(TooMany, match="network"):
        limiter.take_all((CODES_PER_ADDRESS, "ann@example.com"), (CODES_PER_NETWORK, "net"))

    limiter.take_all((CODES_PER_ADDRESS, "ann@example.com"), (CODES_PER_NETWORK, "another net"))


def test_the_longest_wait_is_told(limiter: Limiter) -> None:
    for number in range(20):
        limiter.take_all((CODES_PER_ADDRESS, f"{number}@example.com"), (CODES_PER_NETWORK, "net"))
    with pytest.raises(TooMany) as refusal:
        limiter.take_all((CODES_PER_ADDRESS, "1@example.com"), (CODES_PER_NETWORK, "net"))

    assert refusal.value.retry_after == 3600


def test_what_was_given_back_can_be_taken_again(limiter: Limiter) -> None:
    for _ in range(10):
        limiter.take(TWICE_A_MINUTE, "ann")
        limiter.give_back(TWICE_A_MINUTE, "ann")
    limiter.give_back(TWICE_A_MINUTE, "ann")

    limiter.take(TWICE_A_MINUTE, "ann")


def test_memory_is_bounded_and_the_busy_are_remembered(clock: MovableClock) -> None:
    limiter = Limiter(clock, capacity=100)
    for _ in range(2):
        limiter.take(TWICE_A_MINUTE, "busy")
    small = len(pickle.dumps(limiter._past))
    for number in range(5000):
        limiter.take(TWICE_A_MINUTE, str(number))
        if number % 50 == 0:
            _refused(limiter, TWICE_A_MINUTE, "busy")

    assert len(pickle.dumps(limiter._past)) < small + 100 * 200


def test_no_address_is_kept(limiter: Limiter) -> None:
    limiter.take_all((CODES_PER_ADDRESS, "ann@example.com"), (CODES_PER_NETWORK, "203.0.113.0/24"))

    memory = pickle.dumps(limiter._past)
    assert b"ann" not in memory
    assert b"203.0.113" not in memory
