"""One order at work: written by the drawing threads, read on the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from kaleipix_app.backend.providers.base import Delivered, Order, ProviderError


class Cancelled(Exception):
    """Raised inside a rendering to leave it; nobody outside the engine sees it."""


@dataclass(frozen=True)
class Snapshot:
    """What is known at one moment. `version` grows with every change."""

    version: int
    started: bool
    fraction: float
    preview: bytes | None
    finished: bool


@dataclass(eq=False)
class Job:
    """State of one order. Every method may be called from any thread."""

    order: Order
    cancelled: threading.Event = field(default_factory=threading.Event)
    error: ProviderError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _version: int = 0
    _fractions: dict[int, float] = field(default_factory=dict)
    _preview: bytes | None = None
    _pictures: dict[int, Delivered] = field(default_factory=dict)
    _listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = field(default_factory=dict)

    def advance(self, index: int, fraction: float, preview: bytes | None) -> None:
        """Picture `index` has come this far; raises Cancelled when it need not go on."""
        if self.cancelled.is_set():
            raise Cancelled
        with self._lock:
            self._fractions[index] = max(self._fractions.get(index, 0.0), min(fraction, 1.0))
            self._preview = preview or self._preview
        self._ring()

    def deliver(self, index: int, picture: Delivered) -> None:
        """Picture `index` is done."""
        with self._lock:
            self._fractions[index] = 1.0
            self._pictures[index] = picture
        self._ring()

    def fail(self, error: ProviderError) -> None:
        """The order cannot be fulfilled; its other pictures are stopped."""
        with self._lock:
            self.error = self.error or error
            self._pictures.clear()
        self.cancelled.set()
        self._ring()

    def cancel(self) -> None:
        """Stop at the next step."""
        self.cancelled.set()
        self._ring()

    def snapshot(self) -> Snapshot:
        """The state now."""
        with self._lock:
            done = sum(self._fractions.values()) / self.order.count
            finished = self.cancelled.is_set() or len(self._pictures) == self.order.count
            return Snapshot(self._version, bool(self._fractions), min(done, 1.0), self._preview, finished)

    def pictures(self) -> list[Delivered]:
        """The finished pictures in order."""
        with self._lock:
            return [self._pictures[index] for index in sorted(self._pictures)]

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at every change."""
        event = asyncio.Event()
        with self._lock:
            self._listeners[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                self._listeners.pop(event, None)

    def _ring(self) -> None:
        with self._lock:
            self._version += 1
            for event, loop in self._listeners.items():
                with suppress(RuntimeError):  # a loop that has ended has nobody who waits
                    loop.call_soon_threadsafe(event.set)
