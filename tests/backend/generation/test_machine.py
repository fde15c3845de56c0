"""No generation can leave a final state, and from every other state there is a way to the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaleipix_app.backend.generation.machine import ACTIVE, FINAL, Event, IllegalMove, State, move


@given(st.lists(st.sampled_from(list(Event))))
def test_a_final_state_is_final_unless_a_provider_calls_about_what_was_given_up(events: list[Event]) -> None:
    state = State.QUEUED
    for event in events:
        was_final = state in FINAL
        try:
            state = move(state, event)
        except IllegalMove:
            continue
        assert not was_final or event is Event.FOUND


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_every_active_state_can_fail_and_be_taken_over(state: State) -> None:
    assert move(state, Event.FAILED) is State.FAILED
    assert move(state, Event.CLAIMED) is State.STARTING


def test_what_is_being_saved_is_not_cancelled() -> None:
    with pytest.raises(IllegalMove):
        move(State.SAVING, Event.CANCELLED)


def test_the_usual_way() -> None:
    state = State.QUEUED
    for event in (Event.CLAIMED, Event.STARTED, Event.STARTED, Event.READY, Event.STORED):
        state = move(state, event)
    assert state is State.DONE
