"""Doorbell and peephole: who should look again, and how an unfinished picture looks.

Both live in memory and may be lost at any time: the database is the truth.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

_MOST_PREVIEWS = 256


class Feed:
    """Rings whoever watches a user's generations. Carries no news, only the hint to read again."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []
        self._of_ends: list[Callable[[str], None]] = []
        self._of_all: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call `listener(user_id)` at every change."""
        self._listeners.append(listener)

    def subscribe_to_ends(self, listener: Callable[[str], None]) -> None:
        """Call `listener(user_id)` before the others when a generation has ended: somebody waits for just that."""
        self._of_ends.append(listener)

    def subscribe_to_all(self, listener: Callable[[], None]) -> None:
        """Call `listener()` at every change that concerns everybody."""
        self._of_all.append(listener)

    def publish_to_all(self) -> None:
        """Something changed for everybody and is committed."""
        for listener in self._of_all:
            listener()

    def publish(self, user_id: str) -> None:
        """Something of this user changed and is committed."""
        for listener in self._listeners:
            listener(user_id)

    def publish_end(self, user_id: str) -> None:
        """A generation of this user has ended."""
        for listener in self._of_ends:
            listener(user_id)
        self.publish(user_id)


class Previews:
    """The latest half-done picture of each running generation (WebP of about 10 kB), newest kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, int, bytes]] = OrderedDict()

    def put(self, generation_id: str, owner_id: str, data: bytes) -> None:
        """Show this one from now on."""
        version = self.version(generation_id) + 1
        self._kept[generation_id] = (owner_id, version, data)
        self._kept.move_to_end(generation_id)
        while len(self._kept) > _MOST_PREVIEWS:
            self._kept.popitem(last=False)

    def version(self, generation_id: str) -> int:
        """How many previews there were so far; 0 if none."""
        return self._kept[generation_id][1] if generation_id in self._kept else 0

    def get(self, generation_id: str, owner_id: str) -> bytes | None:
        """The latest preview, for its owner only."""
        owner, _, data = self._kept.get(generation_id, ("", 0, b""))
        return data if owner == owner_id and data else None

    def drop(self, generation_id: str) -> None:
        """The generation has ended."""
        self._kept.pop(generation_id, None)
