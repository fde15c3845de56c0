"""What came and went on one person's account of credits, as they read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db.engine import UnitOfWork


@dataclass(frozen=True)
class Line:
    """One effect. `kind` is the beginning of its key: grant, reserve, refund."""

    kind: str
    amount: int
    generation_id: str | None
    note: str
    at: datetime


async def lines(uow: UnitOfWork, user_id: str, limit: int) -> list[Line]:
    """The latest, newest first; what changed nothing is left out."""
    found = await uow.session.exec(
        select(LedgerEntry)
        .where(LedgerEntry.user_id == user_id, LedgerEntry.amount != 0)
        .order_by(col(LedgerEntry.id).desc())
        .limit(limit)
    )
    return [Line(row.key.split(":")[0], row.amount, row.generation_id, row.note, row.created_at) for row in found]
