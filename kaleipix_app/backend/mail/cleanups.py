"""What goes by itself of the outbox."""

from __future__ import annotations

import asyncio
from datetime import datetime
from email import message_from_bytes, policy
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


async def remove_mails_to(folder: Path, addresses: set[str]) -> int:
    """Remove every kept mail to these addresses at once; returns how many."""
    return await asyncio.to_thread(_remove_to, folder, {address.lower() for address in addresses})


def _remove_to(folder: Path, addresses: set[str]) -> int:
    removed = 0
    for path in folder.glob("*.eml"):
        try:
            to = message_from_bytes(path.read_bytes(), policy=policy.default)["To"]
        except FileNotFoundError:  # swept meanwhile
            continue
        if to is not None and {one.addr_spec.lower() for one in to.addresses} & addresses:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
