"""How a picture came to be, for those who show it without knowing of generations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kaleipix_app.backend.db.engine import UnitOfWork

MadeBy = Literal["ai", "algorithm", ""]  # empty: somebody brought it


@dataclass(frozen=True)
class Origin:
    """What is known of a result."""

    made_by: MadeBy
    prompt: str  # empty when its owner erased it
    source_id: str | None


class Origins(Protocol):
    """Knows where results come from."""

    async def of(self, uow: UnitOfWork, owner_id: str, image_ids: Sequence[str]) -> dict[str, Origin]:
        """By image id; nothing for what was brought."""
        ...
