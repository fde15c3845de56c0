"""A provider that keeps failing is left alone, and found again when it is back."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from kaleipix_app.backend.providers.circuit import FAILURES, PAUSE, Circuit


class Watch:
    """Seconds that only pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def circuit(watch: Watch) -> Circuit:
    return Circuit(watch, name="fal")


def open_it(circuit: Circuit) -> None:
    for _ in range(FAILURES):
        circuit.failed()


def test_it_opens_after_five_failures_in_a_row(circuit: Circuit) -> None:
    assert [circuit.failed() for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    assert circuit.wait == PAUSE
    assert not circuit.is_half_open


def test_a_good_answer_in_between_starts_the_count_again(circuit: Circuit) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert not circuit.failed()
        circuit.succeeded()
    assert circuit.wait == 0


def test_after_the_pause_one_call_decides(circuit: Circuit, watch: Watch) -> None:
    open_it(circuit)
    watch.seconds += PAUSE
    assert circuit.wait == 0
    assert circuit.is_half_open
    circuit.probe()
    assert circuit.wait == PAUSE, "the others wait for what it finds"
    circuit.succeeded()
    assert circuit.wait == 0
    assert not circuit.is_half_open


def test_a_probe_that_fails_begins_another_pause(circuit: Circuit, watch: Watch) -> None:
    open_it(circuit)
    watch.seconds += PAUSE
    circuit.probe()
    watch.seconds += PAUSE / 2
    assert not circuit.failed(), "it was open already"
    assert circuit.wait == PAUSE / 2
    watch.seconds += PAUSE / 2
    assert circuit.is_half_open


def test_a_probe_that_takes_longer_than_the_pause_and_fails_begins_another(circuit: Circuit, watch: Watch) -> None:
    open_it(circuit)
    watch.seconds += PAUSE
    circuit.probe()
    watch.seconds += 2 * PAUSE
    circuit.failed()
    assert circuit.wait == PAUSE


def test_calls_that_were_under_way_do_not_prolong_the_pause(circuit: Circuit, watch: Watch) -> None:
    open_it(circuit)
    for _ in range(100):
        watch.seconds += PAUSE / 200
        circuit.failed()
    assert circuit.wait == pytest.approx(PAUSE / 2)


def test_the_operator_reads_it_once(circuit: Circuit) -> None:
    with capture_logs() as lines:
        open_it(circuit)
        open_it(circuit)
        circuit.succeeded()
        circuit.succeeded()
    assert [(line["event"], line["provider"]) for line in lines] == [
        ("circuit_opened", "fal"),
        ("circuit_closed", "fal"),
    ]
