"""The job engine port. An engine carries ids; the generation row and the ledger are the truth."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Lease:
    """The right to work on one job until it runs out. The fence refuses a writer that was overtaken."""

    job_id: str
    owner_id: str
    fence: int
    lane: str  # of several jobs in one lane only so many run at a time


class LeaseQueue(Protocol):
    """Rows that can be claimed, as the engine sees them."""

    async def claim(self, worker: str, room: Mapping[str, int]) -> list[Lease]:
        """The next jobs whose turn it is, now leased to this worker: at most so many of each lane."""
        ...

    async def heartbeat(self, worker: str, jobs: Collection[str]) -> set[tuple[str, int]]:
        """Prolong this worker's leases of these jobs; returns job and fence of those that it still holds.

        Of no others: what was leased but never begun, because the click was cut off, runs out.
        """
        ...

    async def hand_back(self, lease: Lease) -> None:
        """Give the job to the next one who asks."""
        ...

    async def take_over(self) -> int:
        """End every lease: for the start of the only process. Returns how many there were."""
        ...


class Lanes(Protocol):
    """How much may run at the same time, at this moment."""

    async def room(self) -> Mapping[str, int]:
        """Lane -> most jobs in it; 0 while nothing of it should be started."""
        ...

    def most(self, lane: str) -> int:
        """The same of one lane."""
        ...


class JobWorker(Protocol):
    """Does the work of one leased job."""

    async def run(self, lease: Lease) -> None:
        """Work until the job has ended. Never raises for a failed job: that is written on its row."""
        ...


class Place(Protocol):
    """Room for one more job in a lane, kept while its lease is being written."""

    worker: str

    def fill(self, lease: Lease) -> None:
        """The lease is written: begin."""
        ...

    def leave(self) -> None:
        """It will not be written. Does nothing after a `fill` or `leave`."""
        ...


class JobEngine(Protocol):
    """Brings jobs to a worker: at least once, several at a time, never one job to two at once."""

    async def start(self) -> None:
        """Begin to take jobs, those of a crashed predecessor first."""
        ...

    def ring(self) -> None:
        """There is something new to do."""
        ...

    def place(self, lane: str) -> Place | None:
        """Room for a job that whoever asks leases for this engine; None: leave it to the queue."""
        ...

    def is_alive(self) -> bool:
        """Whether it would take a job now."""
        ...

    async def stop(self, grace: float) -> None:
        """Take nothing new; after `grace` seconds hand back what still runs."""
        ...
