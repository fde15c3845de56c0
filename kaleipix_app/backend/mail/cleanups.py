"""What goes by itself of the outbox."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from kaleipix_app.backend import periods


async def sweep_outbox(folder: Path, as_of: datetime, dry: bool) -> int:
    """Remove mails, and drafts of mails, that have been there for their time; returns how many."""
    return await asyncio.to_thread(_sweep, folder, periods.OUTBOX.before(as_of).timestamp(), dry)


def _sweep(folder: Path, before: float, dry: bool) -> int:
    old = [path for path in folder.glob("*.*") if path.stat().st_mtime <= before]
    for path in () if dry else old:
        path.unlink(missing_ok=True)
    return len(old)
