"""How patient the adapter is: every wait of it, in seconds, so that tests need not wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The defaults suit the service as it is."""

    poll: float = 1.0  # between two looks, growing to
    slowest: float = 5.0
    gentle: float = 15.0  # the same for a job that will call back, growing to
    gentlest: float = 60.0
    silence: float = 30.0  # of the status stream, before it is asked directly
    backoff: float = 1.0  # after a read that failed, doubled each time up to
    longest: float = 30.0
    patience: float = 300.0  # without a good answer
    queue: float = 3600.0  # waiting for its turn
    running: float = 900.0
    cancel: float = 10.0
    upload: float = 90.0
    submit: float = 60.0  # for the answer to an order
    read: float = 30.0  # for any other answer
