"""What goes by itself of accounts, copies, and the books of people who are gone."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import and_, col, select

from kaleipix_app.backend import periods
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows
from kaleipix_app.backend.privacy.erasure import Erasure
from kaleipix_app.backend.privacy.exports import Exports


def cleanups(db: Database, erasure: Erasure, exports: Exports) -> list[Cleanup]:
    """Deleted accounts, copies of data, ledger entries."""

    async def ledger(as_of: datetime, dry: bool) -> int:
        # Of people who are here every entry counts: the balance is the sum.
        gone = col(LedgerEntry.user_id).not_in(select(User.id))
        old = and_(col(LedgerEntry.created_at) <= periods.PAYMENTS.before(as_of), gone)
        return await remove_rows(db, LedgerEntry, old, dry)

    return [
        Cleanup("exports", f"copies of one's data: {periods.EXPORTS.words}", exports.sweep),
        Cleanup("accounts", f"deleted accounts: {periods.ACCOUNT_AFTER_DELETION.words}", erasure.resume),
        Cleanup("ledger", f"credit entries of erased accounts: {periods.PAYMENTS.words}", ledger),
    ]
