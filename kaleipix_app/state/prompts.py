"""What was written before: a list to search, with stars, and a step back or forth with the arrow keys."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.views import excerpt

_MOST = 40  # in the list; an event stays small
_STEPS = 50  # back with the arrow keys


@dataclass(frozen=True)
class PromptView:
    """A line of the list."""

    id: str  # of the last generation with it
    prompt: str
    is_starred: bool


class PromptHistory(rx.State):
    """Closed at first; read anew each time it is opened."""

    is_open: bool = False
    found: list[PromptView] = []
    words: str = ""
    only_starred: bool = False
    error: str = ""
    _at: int = -1  # how far back the arrow keys went; -1 is what was being typed
    _typed: str = ""
    _put: str = ""  # the last text from here: something else in the field was typed

    @rx.event
    async def open(self) -> None:
        """Show the list."""
        self.is_open, self.words, self.only_starred = True, "", False
        await self._read()

    @rx.event
    async def close(self) -> None:
        """Rather not."""
        self.is_open = False

    @rx.event
    async def search(self, words: str) -> None:
        """Only what has these words in it."""
        self.words = words[:200]
        await self._read()

    @rx.event
    async def show_starred(self, on: bool) -> None:
        """Only what is starred."""
        self.only_starred = on
        await self._read()

    @rx.event
    async def star(self, generation_id: str, on: bool) -> None:
        """Keep this one at hand, or do not."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.prompts.star(uow, viewer, generation_id, on=on)
        await self._read()

    @rx.event
    async def use(self, generation_id: str) -> None:
        """Put it into the prompt field."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.reading() as uow:
                prompt = await parts.prompts.one(uow, viewer.user_id, generation_id)
            await self._write(prompt)
            self.is_open = False

    @rx.event
    async def step(self, by: int, typed: str) -> None:
        """One prompt further back (1) or forth (-1); at the end stands again what was being typed."""
        viewer = await viewer_of(self)
        parts = container.get()
        if self._at < 0 or typed != self._put:
            self._at, self._typed = -1, typed
        async with parts.db.reading() as uow:
            recent = await parts.prompts.recent(uow, viewer.user_id, limit=_STEPS)
        to = max(-1, min(len(recent) - 1, self._at + (1 if by > 0 else -1)))
        if to != self._at:
            self._at = to
            await self._write(recent[to].prompt if to >= 0 else self._typed)

    async def _write(self, prompt: str) -> None:
        self._put = prompt
        composer = await self.get_state(Composer)
        composer._put_prompt(prompt)

    async def _read(self) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        async with parts.db.reading() as uow:
            recent = await parts.prompts.recent(
                uow, viewer.user_id, containing=self.words, starred=self.only_starred, limit=_MOST
            )
        self.found = [PromptView(one.id, excerpt(one.prompt), one.is_starred) for one in recent]

    def _show_error(self, sentence: str) -> None:
        self.error = sentence
