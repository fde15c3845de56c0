"""What goes by itself of signals: first they, then the key that made their hashes."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col

from kaleipix_app.backend import periods
from kaleipix_app.backend.abuse.models import Signal, SignalKey
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows


def cleanups(db: Database) -> list[Cleanup]:
    """Signals and keys."""

    async def signals(as_of: datetime, dry: bool) -> int:
        old = col(Signal.created_at) <= periods.SIGNALS.before(as_of)
        return await remove_rows(db, Signal, old, dry)

    async def keys(as_of: datetime, dry: bool) -> int:
        # The last hash was made before the month's end: it is gone by then.
        over = col(SignalKey.ends_at) <= periods.SIGNALS.before(as_of)
        return await remove_rows(db, SignalKey, over, dry)

    return [
        Cleanup("signals", f"signals of sign-ins: {periods.SIGNALS.words}", signals),
        Cleanup("signal_keys", f"keys of signals: {periods.SIGNALS.words} after their month", keys),
    ]
