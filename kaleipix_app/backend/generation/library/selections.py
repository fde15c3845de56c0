"""What a page has selected, kept for the moment between its click and the download that follows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from kaleipix_app.backend import tokens
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.library.filters import Selection

KEPT = timedelta(minutes=15)
_MOST = 256


@dataclass(frozen=True)
class _Kept:
    owner_id: str
    selection: Selection
    until: datetime


class Selections:
    """In memory: who comes too late, or after a restart, selects again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, owner_id: str, selection: Selection) -> str:
        """The name under which it can be asked for, by its owner alone."""
        name = tokens.new_secret()
        self._kept[name] = _Kept(owner_id, selection, self._clock.now() + KEPT)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str, owner_id: str) -> Selection:
        """Raises NotFound, also for somebody else's."""
        kept = self._kept.get(name)
        if kept is None or kept.owner_id != owner_id or kept.until <= self._clock.now():
            raise NotFound("This selection has been forgotten. Select the pictures again.")
        return kept.selection
