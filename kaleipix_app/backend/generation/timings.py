"""How long a model usually takes here, learned from what was made lately."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import col, select

from kaleipix_app.backend.db.engine import LONG, UnitOfWork
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.providers.catalogue import Model

_FRESH = 60.0  # seconds until it is looked at again
_LATELY = 2_000  # generations of everybody that are looked through
_RECENT = 40  # of them, finished ones of a model that count
_ENOUGH = 3  # of them with the same number of pictures, to believe them


_NEWEST = select(Generation).order_by(col(Generation.id).desc()).limit(_LATELY).subquery()
_MADE = (
    sql_select(_NEWEST.c.model, _NEWEST.c.count.label("pictures"), _NEWEST.c.started_at, _NEWEST.c.finished_at)
    .where(_NEWEST.c.state == State.DONE)
    .order_by(_NEWEST.c.id.desc())
    .execution_options(**LONG)
)


class _Made(NamedTuple):
    pictures: int
    started_at: datetime | None
    finished_at: datetime | None


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
            made: dict[str, list[_Made]] = defaultdict(list)
            for one in (await (await uow.session.connection()).execute(_MADE)).all():
                if len(made[one.model]) < _RECENT:
                    made[one.model].append(_Made(one.pictures, one.started_at, one.finished_at))
            self._known = {key: _usual(model, made[key]) for key, model in self._models.items()}
        return self._known


def _usual(model: Model, made: Sequence[_Made]) -> list[float]:
    seconds: dict[int, list[float]] = defaultdict(list)
    for one in made:
        if one.started_at is not None and one.finished_at is not None:
            seconds[one.pictures].append((one.finished_at - one.started_at).total_seconds())
    return [
        round(median(seconds[count]), 1) if len(seconds[count]) >= _ENOUGH else model.usual_seconds * count
        for count in range(1, model.max_count + 1)
    ]
