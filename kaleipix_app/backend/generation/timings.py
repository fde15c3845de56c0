"""How long a model usually takes here, learned from what was made lately."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from statistics import median

from sqlmodel import col, select

from kaleipix_app.backend.db.engine import LONG, UnitOfWork
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.providers.catalogue import Model

_FRESH = 60.0  # seconds until it is looked at again
_RECENT = 40  # finished generations of a model that are looked at
_ENOUGH = 3  # of them with the same number of pictures, to believe them


class Timings:
    """Usual seconds from the start of the work to the stored pictures, waiting in the own queue not counted."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._models = models
        self._known: dict[str, list[float]] = {}
        self._looked_at = -_FRESH

    async def usual(self, uow: UnitOfWork) -> dict[str, list[float]]:
        """Model id -> seconds for 1, 2, … pictures: the median here, or the catalogue's figure until there is one."""
        if time.monotonic() - self._looked_at >= _FRESH:
            self._looked_at = time.monotonic()
            self._known = {key: await self._of(uow, model) for key, model in self._models.items()}
        return self._known

    @staticmethod
    async def _of(uow: UnitOfWork, model: Model) -> list[float]:
        found = await uow.session.exec(
            select(Generation.count, Generation.started_at, Generation.finished_at)
            .where(col(Generation.model) == model.id, col(Generation.state) == State.DONE)
            .order_by(col(Generation.id).desc())
            .limit(_RECENT)
            .execution_options(**LONG)
        )
        seconds: dict[int, list[float]] = defaultdict(list)
        for count, started_at, finished_at in found:
            if started_at is not None and finished_at is not None:
                seconds[count].append((finished_at - started_at).total_seconds())
        return [
            round(median(seconds[count]), 1) if len(seconds[count]) >= _ENOUGH else model.usual_seconds * count
            for count in range(1, model.max_count + 1)
        ]
