"""The account's credits: the balance and the lines that make it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.credits.statement import Line, lines
from kaleipix_app.state.guard import viewer_of

_PAGE = 12
_WORDS = {"reserve": "Asked for a picture", "refund": "Not made, so it came back", "grant": "Given"}


@dataclass(frozen=True)
class LineView:
    """One line, in words."""

    anchor: str  # by which a failure's "credits returned" finds it
    what: str
    at: str
    amount: str
    is_plus: bool


class Credits(rx.State):
    """A view cache of the database for one tab."""

    balance: int = 0
    lines: list[LineView] = []
    has_more: bool = False
    _shown: int = _PAGE

    @rx.event
    async def open(self) -> None:
        """The page was opened."""
        self._shown = _PAGE
        await self._read()

    @rx.event
    async def show_more(self) -> None:
        """Older lines."""
        self._shown = min(self._shown + 2 * _PAGE, 20 * _PAGE)
        await self._read()

    async def _read(self) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.reading() as uow:
            self.balance = await parts.ledger.balance(uow, viewer.user_id)
            found = await lines(uow, viewer.user_id, self._shown + 1)
        self.lines, self.has_more = [_view(one) for one in found[: self._shown]], len(found) > self._shown


def _view(line: Line) -> LineView:
    noun = "credit" if abs(line.amount) == 1 else "credits"
    return LineView(
        anchor=f"{line.kind}-{line.generation_id}" if line.generation_id else "",
        what=line.note if line.kind == "grant" and line.note else _WORDS.get(line.kind, line.note or line.kind),
        at=f"{line.at.day} {line.at:%B %Y, %H:%M} UTC",
        amount=f"{'+' if line.amount > 0 else '−'}{abs(line.amount)} {noun}",
        is_plus=line.amount > 0,
    )
