"""The provider port: who makes pictures, and how an order travels.

A provider is asked once (`submit`), followed until it has finished (`follow`) and then emptied (`collect`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

ParamValue = str | int | float | bool


@dataclass(frozen=True)
class Order:
    """What is to be made. Already validated against the model's entry in the catalogue."""

    generation_id: str
    model: str
    prompt: str
    width: int  # pixels of each result
    height: int
    count: int  # 1 to 4
    seed: int  # 0 to 2**31 - 1; result n is made from seed + n
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    source: bytes | None = None  # an encoded picture, upright and without metadata


@dataclass(frozen=True)
class Queued:
    """Waiting at the provider; position 0 is next."""

    position: int | None = None


@dataclass(frozen=True)
class Starting:
    """A machine is being woken up."""


@dataclass(frozen=True)
class Running:
    """At work. `fraction` is 0 to 1 when the provider reports it; `preview` is a small WebP of what is there."""

    fraction: float | None = None
    preview: bytes | None = None


Update = Queued | Starting | Running


@dataclass(frozen=True)
class Delivered:
    """One finished picture, encoded, with the seed it was made from."""

    data: bytes
    seed: int


class ProviderError(Exception):
    """A provider did not deliver. `sentence` is safe to show; `code` is for tests and statistics."""

    code = "provider_error"
    sentence = "The engine had a problem with this one."

    def __init__(self, detail: str = "", *, sentence: str | None = None) -> None:
        super().__init__(detail or self.code)  # for the log, never for people
        if sentence is not None:
            self.sentence = sentence


class Unconfigured(ProviderError):
    """No key, or a wrong one."""

    code = "unconfigured"
    sentence = "This provider is not set up here. Choose another model."


class Unsupported(ProviderError):
    """The model cannot do what was asked."""

    code = "unsupported"
    sentence = "This model cannot do that. Change the settings and try again."


class Refused(ProviderError):
    """The safety filter said no."""

    code = "refused"
    sentence = "The safety filter refused this one. Change the prompt or the picture."


class BadOrder(ProviderError):
    """The provider did not accept the input."""

    code = "bad_order"
    sentence = "The provider could not use this input. Change the settings and try again."


class RateLimited(ProviderError):
    """Too many requests; try again after `retry_after` seconds."""

    code = "rate_limited"
    sentence = "The provider is busy right now. Try again in a minute."

    def __init__(self, detail: str = "", *, retry_after: float = 10.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(ProviderError):
    """No capacity."""

    code = "busy"
    sentence = "The provider is busy right now. Try again in a minute."


class TimedOut(ProviderError):
    """It took longer than it may."""

    code = "timed_out"
    sentence = "This took too long and was stopped. Try again."


class UnknownOutcome(ProviderError):
    """The order may or may not have arrived, or its trace is lost."""

    code = "unknown_outcome"
    sentence = "The provider lost track of this one. Try again."


class Provider(Protocol):
    """One maker of pictures."""

    key: str
    #: Whether submitting the same order again costs nobody anything and gives the same pictures.
    repeatable: bool

    async def submit(self, order: Order) -> str:
        """Hand the order over; returns the provider's own id. Raises ProviderError."""
        ...

    def follow(self, job: str) -> AsyncIterator[Update]:
        """Updates until the job has finished. Raises ProviderError, UnknownOutcome for an unknown id."""
        ...

    async def collect(self, job: str) -> list[Delivered]:
        """The finished pictures, in order. Raises ProviderError."""
        ...

    async def cancel(self, job: str) -> None:
        """Stop the job if it still runs; unknown and finished ids are fine."""
        ...
