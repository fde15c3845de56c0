"""The life of a generation, as pure data: which event leads from which state to which.

    queued ─claimed─► starting ─started─► running ─ready─► saving ─stored─► done
       └──────────────── failed / cancelled from any of them (saving can only fail) ────────┘

A claim can also happen in the middle: the one who worked on it is gone, and another starts over or resumes. What
could not be ordered yet is put off and waits in the queue again. A failure whose order was never heard of again is
taken up once more if the provider calls back about it after all.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a generation stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happened to it."""

    CLAIMED = "claimed"
    ORDERING = "ordering"  # from here on the provider may have the order
    PUT_OFF = "put_off"  # it surely has not, and is asked again later
    ACCEPTED = "accepted"  # the provider has the order
    WAITING = "waiting"  # in the provider's queue, or until a machine is up
    STARTED = "started"  # the provider works on it
    READY = "ready"  # the provider has finished
    STORED = "stored"
    FAILED = "failed"
    CANCELLED = "cancelled"
    FOUND = "found"  # given up and refunded, and then the provider called back


FINAL = frozenset({State.DONE, State.FAILED, State.CANCELLED})
ACTIVE = frozenset(State) - FINAL

_MOVES: dict[tuple[State, Event], State] = {
    (State.QUEUED, Event.CLAIMED): State.STARTING,
    (State.STARTING, Event.ORDERING): State.STARTING,
    **{(state, Event.PUT_OFF): State.QUEUED for state in (State.STARTING, State.RUNNING, State.SAVING)},
    (State.STARTING, Event.ACCEPTED): State.STARTING,
    **{(state, Event.WAITING): State.STARTING for state in (State.STARTING, State.RUNNING)},
    (State.STARTING, Event.STARTED): State.RUNNING,
    (State.STARTING, Event.READY): State.SAVING,  # quicker than the first report
    (State.RUNNING, Event.STARTED): State.RUNNING,
    (State.RUNNING, Event.READY): State.SAVING,
    (State.SAVING, Event.STORED): State.DONE,
    **{(state, Event.CLAIMED): State.STARTING for state in (State.STARTING, State.RUNNING, State.SAVING)},
    **{(state, Event.FAILED): State.FAILED for state in ACTIVE},
    **{(state, Event.CANCELLED): State.CANCELLED for state in (State.QUEUED, State.STARTING, State.RUNNING)},
    (State.FAILED, Event.FOUND): State.STARTING,
}


class IllegalMove(Exception):
    """This cannot happen to a generation in that state."""


def move(state: State, event: Event) -> State:
    """The state after the event. Raises IllegalMove."""
    try:
        return _MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"{event} in state {state}") from None


def before(event: Event) -> frozenset[State]:
    """The states in which it can happen."""
    return frozenset(state for state, possible in _MOVES if possible is event)


def after(event: Event) -> State:
    """The state that it leads to, wherever it happens."""
    return _AFTER[event]


_AFTER: dict[Event, State] = {event: state for (_, event), state in _MOVES.items()}
