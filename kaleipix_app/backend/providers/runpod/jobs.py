"""How an order at RunPod is written down: `endpoint/id`, and whether RunPod calls when it has finished."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kaleipix_app.backend.providers.base import UnknownOutcome

_CALLS = "calls"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True)
class Job:
    """One order, found again from its text by any process."""

    endpoint: str
    name: str
    calls: bool = False  # whether an address to call was given along

    def __str__(self) -> str:
        return "/".join((self.endpoint, self.name, *([_CALLS] if self.calls else [])))

    @classmethod
    def parse(cls, text: str) -> Job:
        """Raises UnknownOutcome for what is no such text: no address is built from it."""
        endpoint, _, rest = text.partition("/")
        name, _, how = rest.partition("/")
        if not is_name(endpoint) or not is_name(name) or how not in ("", _CALLS):
            raise UnknownOutcome("no id of an order")
        return cls(endpoint, name, how == _CALLS)


def is_name(text: object) -> bool:
    """Whether this can be the id of an endpoint or of an order: it becomes a part of an address."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None
