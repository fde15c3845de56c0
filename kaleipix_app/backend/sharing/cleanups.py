"""What goes by itself of links that have ended, and of reports that were closed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, or_, select

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.jobs.cleanups import Cleanup, remove_rows
from kaleipix_app.backend.sharing.models import Share, ShareReport
from kaleipix_app.backend.sharing.tickets import Tickets

_log = log.get("sharing")


def cleanups(db: Database, tickets: Tickets) -> list[Cleanup]:
    """Closed reports first: a link that was reported stays until its reports are gone."""

    async def reports(as_of: datetime, dry: bool) -> int:
        if not dry and (overdue := (await tickets.counts())[1]):
            _log.error("alert_share_reports_overdue", count=overdue)
        return await remove_rows(db, ShareReport, col(ShareReport.closed_at) <= periods.REPORTS.before(as_of), dry)

    async def links(as_of: datetime, dry: bool) -> int:
        ended = periods.ENDED_LINKS.before(as_of)
        over = or_(col(Share.revoked_at) <= ended, col(Share.expires_at) <= ended)
        unreported = col(Share.id).not_in(select(ShareReport.share_id))
        return await remove_rows(db, Share, over & unreported, dry)

    return [
        Cleanup("share_reports", f"closed reports of links: {periods.REPORTS.words}", reports),
        Cleanup("shares", f"links that have ended: {periods.ENDED_LINKS.words}", links),
    ]
