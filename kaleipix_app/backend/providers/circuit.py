"""A circuit breaker for one provider: after several failures in a row it is left alone for a while.

The pattern is Nygard's (Release It!, chapter 5). Counted are only connect errors, time-outs and 5xx answers to a
submit or a status read: what a provider says about one order says nothing about the provider.
"""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 5  # in a row
PAUSE = 30.0  # seconds until one call may try again


class Circuit:
    """Closed: calls pass. Open: nobody calls. Half-open, after the pause: the first call decides."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._open_until = 0.0

    @property
    def wait(self) -> float:
        """Seconds until a call may be made; 0 if one may be made now."""
        return max(0.0, self._open_until - self._monotonic()) if self._failures >= FAILURES else 0.0

    @property
    def is_half_open(self) -> bool:
        """Whether the next call is the one that decides."""
        return self._failures >= FAILURES and self.wait == 0.0

    def succeeded(self) -> None:
        """The provider answered, whatever it said."""
        self._failures = 0

    def failed(self) -> bool:
        """It did not, or with a 5xx. Returns whether this has opened the circuit."""
        was_closed = self._failures < FAILURES
        self._failures += 1
        if self._failures < FAILURES:
            return False
        self._open_until = self._monotonic() + PAUSE
        return was_closed

    def probe(self) -> None:
        """One call goes out while half-open: the others wait for what it finds."""
        if self.is_half_open:
            self._open_until = self._monotonic() + PAUSE
