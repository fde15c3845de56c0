"""What goes by itself of the generation log."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col

from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.models import GenerationLog
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows


def cleanups(db: Database) -> list[Cleanup]:
    """The log line of a generation after 12 months."""

    async def generation_log(as_of: datetime, dry: bool) -> int:
        # Written 12 months ago or earlier: gone on the day it turns 12 months.
        return await remove_rows(db, GenerationLog, col(GenerationLog.created_at) <= a_year_before(as_of), dry)

    return [Cleanup("generation_log", "user, prompt, model and time of a generation: 12 months", generation_log)]


def a_year_before(moment: datetime) -> datetime:
    """The same day a calendar year earlier; for 29 February the 28th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - 1, day=day)
