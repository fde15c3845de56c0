"""What a tab shows once its session has ended: nothing of before, and the way back in."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.state.guard import Session


class Farewell(rx.State):
    """A State of its own, because everything else in the tab is emptied."""

    gone: bool = False


async def say_farewell(root: rx.State) -> None:
    """Empty the tab. It stays bound to nobody, so that whoever signs in next starts from nothing again."""
    for state in root.substates.values():
        state.reset()
    session = await root.get_state(Session)
    session._bound = True
    farewell = await root.get_state(Farewell)
    farewell.gone = True
