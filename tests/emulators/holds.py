"""Stop jobs at a stage until a test lets them go: no sleeping in tests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.emulators.script import Call


@dataclass(eq=False)
class Hold:
    """A closed gate at a stage."""

    stage: str
    model: str | None = None
    prompt: str | None = None
    waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    open: bool = False

    def fits(self, call: Call) -> bool:
        return (
            self.stage == call.step
            and self.model in (None, call.model)
            and (self.prompt is None or self.prompt in call.prompt)
        )

    def release(self) -> None:
        """Open the gate, from whichever thread."""
        self.open = True
        for loop, event in self.waiting:
            loop.call_soon_threadsafe(event.set)
        self.waiting.clear()


class Holds:
    """All gates that are closed now."""

    def __init__(self) -> None:
        self._holds: list[Hold] = []

    def hold(self, stage: str, model: str | None = None, prompt: str | None = None) -> Hold:
        made = Hold(stage, model, prompt)
        self._holds.append(made)
        return made

    def release(self, stage: str | None = None, prompt: str | None = None) -> None:
        """Open the gates of a stage and prompt; without them, all."""
        for hold in list(self._holds):
            if stage in (None, hold.stage) and prompt in (None, hold.prompt):
                self._holds.remove(hold)
                hold.release()

    async def passing(self, call: Call) -> None:
        """Wait before every gate that stands in this job's way."""
        while hold := next((hold for hold in self._holds if hold.fits(call)), None):
            event = asyncio.Event()
            hold.waiting.append((asyncio.get_running_loop(), event))
            if not hold.open:
                await event.wait()
