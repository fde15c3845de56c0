"""The provider port: who makes pictures, and how an order travels.

A provider is asked once (`submit`), followed until it has finished (`follow`) and then emptied (`collect`). Following
and emptying may be repeated, also by another process; asking costs money and is repeated only where nothing arrived.
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
    model: str  # id in the catalogue
    prompt: str
    width: int  # pixels of each result
    height: int
    count: int  # 1 to 4
    seed: int  # 0 to 2**31 - 1; result n is made from seed + n
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    source: bytes | None = None  # an encoded picture, upright and without metadata
    mask: bytes | None = None  # PNG of the source's size: white is painted anew
    aspect_ratio: str = ""  # "16:9"; empty where the result follows the source
    callback: str = ""  # https address that the provider may call when it has finished; empty: it has to be asked


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
    """A provider did not deliver. `sentence` is safe to show; `code` is for tests and statistics.

    `detail` goes to the log and never quotes what people wrote or what the provider sent.
    """

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


class NotNow(ProviderError):
    """Nothing was ordered; asking again after `retry_after` seconds is safe."""

    code = "not_now"
    sentence = "The provider is busy right now. Try again in a few minutes."

    def __init__(self, detail: str = "", *, retry_after: float = 5.0, sentence: str | None = None) -> None:
        super().__init__(detail, sentence=sentence)
        self.retry_after = retry_after


class RateLimited(NotNow):
    """Too many requests."""

    code = "rate_limited"


class Busy(NotNow):
    """No capacity."""

    code = "busy"


class Unreachable(NotNow):
    """No connection could be made, so the order cannot have arrived; or the circuit is open."""

    code = "unreachable"
    sentence = "The provider cannot be reached right now. Try again in a few minutes."


class TimedOut(ProviderError):
    """It took longer than it may."""

    code = "timed_out"
    sentence = "This took too long and was stopped. Try again."


class Down(ProviderError):
    """The provider answered that it is broken (5xx). Whether it kept the order is not known."""

    code = "provider_down"
    sentence = "The provider has a problem right now. Try again in a few minutes, or choose another model."


class UnknownOutcome(ProviderError):
    """The order may or may not have arrived, or its trace is lost."""

    code = "unknown_outcome"
    sentence = "The provider lost track of this one. Try again."


class Provider(Protocol):
    """One maker of pictures."""

    key: str
    #: Whether submitting the same order again costs nobody anything and gives the same pictures.
    repeatable: bool

    def room(self) -> int:
        """How many orders it can be given at the same time, at this moment; 0 while it is known to be down."""
        ...

    async def submit(self, order: Order) -> str:
        """Hand the order over, in one attempt; returns the provider's own id, which any process can go on with.

        Raises NotNow if it surely did not arrive, UnknownOutcome if it may have, and other ProviderErrors.
        """
        ...

    def follow(self, job: str) -> AsyncIterator[Update]:
        """Updates until the job has finished. Reads that fail are repeated for a while, never for ever.

        Raises ProviderError, UnknownOutcome for an unknown id.
        """
        ...

    async def collect(self, job: str) -> list[Delivered]:
        """The finished pictures, in order, without those that the safety filter took out.

        Raises ProviderError; Refused if the filter took all of them.
        """
        ...

    async def cancel(self, job: str) -> None:
        """Stop the job if it still runs; unknown and finished ids are fine. Raises nothing."""
        ...

    def job(self, model: str, name: str) -> str:
        """The id as `submit` returns it, for an order of this model that a call of the provider named."""
        ...

    def nudge(self, job: str) -> None:
        """The provider has called back about this job: whoever follows it looks now."""
        ...

    async def close(self) -> None:
        """Give threads and connections back."""
        ...
