"""The account's credits: the balance and the lines that make it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.credits.statement import Line, lines
from kaleipix_app.state.guard import viewer_of

_PAGE, _MOST = 12, 240
_WORDS = {"reserve": "Asked for a picture", "refund": "Not made, so it came back", "grant": "Given"}


@dataclass(frozen=True)
class LineView:
    """One line, in words."""

    anchor: str  # by which a failure's "credits returned" finds it
    what: str
    at: str
    amount: str
    is_plus: bool
    is_asked: bool  # the address names it


class Credits(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    balance: str = ""
    lines: list[LineView] = []
    has_more: bool = False
    _shown: int = _PAGE

    @rx.event
    async def open(self) -> None:
        """The page was opened."""
        self._shown = _PAGE
        await self._read()
        self.ready = True

    @rx.event
    async def show_more(self) -> None:
        """Older lines."""
        self._shown = min(self._shown + 2 * _PAGE, _MOST)
        await self._read()

    async def _read(self) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.reading() as uow:
            balance = await parts.ledger.balance(uow, viewer.user_id)
            found = await lines(uow, viewer.user_id, _MOST + 1)
        self.balance = f"{balance:,}"
        views = [_view(one, self.router.url.fragment) for one in found]
        asked = next((number for number, one in enumerate(views) if one.is_asked), 0)
        self._shown = max(self._shown, asked + 1)
        self.lines, self.has_more = views[: self._shown], self._shown < min(len(views), _MOST)


def _view(line: Line, asked: str) -> LineView:
    anchor = f"{line.kind}-{line.generation_id}" if line.generation_id else ""
    return LineView(
        anchor=anchor,
        what=line.note if line.kind == "grant" and line.note else _WORDS.get(line.kind, line.note or line.kind),
        at=f"{line.at.day} {line.at:%B %Y, %H:%M} UTC",
        amount=f"{'+' if line.amount > 0 else '−'}{counted(abs(line.amount), 'credit')}",
        is_plus=line.amount > 0,
        is_asked=anchor != "" and anchor == asked,
    )
