"""How long each kind of data stays: the one table that the cleanups follow and the policy shows."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Period:
    """A length of time and its name."""

    words: str
    months: int = 0  # calendar months
    rest: timedelta = timedelta()

    def before(self, moment: datetime) -> datetime:
        """What is of this time or older is kept no longer at `moment`."""
        return _moved(moment, -self.months) - self.rest

    def after(self, moment: datetime) -> datetime:
        """When something of `moment` goes."""
        return _moved(moment, self.months) + self.rest


def _moved(moment: datetime, months: int) -> datetime:
    """The same day in another month, or its last one where it is shorter."""
    count = moment.year * 12 + moment.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


ACCOUNT_AFTER_DELETION = Period("30 days", rest=timedelta(days=30))
TRASH = Period("30 days", rest=timedelta(days=30))
GENERATION_LOG = Period("12 months", months=12)
SIGNALS = Period("90 days", rest=timedelta(days=90))
PAYMENTS = Period("7 years", months=84)
LOGIN_CHALLENGES = Period("24 hours", rest=timedelta(hours=24))
ENDED_SESSIONS = Period("30 days", rest=timedelta(days=30))
ENDED_LINKS = Period("30 days", rest=timedelta(days=30))
REPORTS = Period("12 months", months=12)
OUTBOX = Period("24 hours", rest=timedelta(hours=24))
MASKS = Period("24 hours", rest=timedelta(hours=24))
STRAY_FILES = Period("24 hours", rest=timedelta(hours=24))
EXPORTS = Period("7 days", rest=timedelta(days=7))
EXPORT_LINK = Period("24 hours", rest=timedelta(hours=24))
REQUEST_ANSWER = Period("30 days", rest=timedelta(days=30))
REQUEST_REMINDER = Period("7 days", rest=timedelta(days=7))  # so long before an answer is due
