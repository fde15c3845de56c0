"""What goes by itself of the generation log."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col

from kaleipix_app.backend import periods
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.models import GenerationLog
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows


def cleanups(db: Database) -> list[Cleanup]:
    """The log line of a generation, on the day it turns 12 months."""

    async def generation_log(as_of: datetime, dry: bool) -> int:
        old = col(GenerationLog.created_at) <= periods.GENERATION_LOG.before(as_of)
        return await remove_rows(db, GenerationLog, old, dry)

    promise = f"user, prompt, model and time of a generation: {periods.GENERATION_LOG.words}"
    return [Cleanup("generation_log", promise, generation_log)]
