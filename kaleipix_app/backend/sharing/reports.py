"""Reports of links: anybody may say that a link shows what it must not. It hides nothing; people decide."""

from __future__ import annotations

from datetime import timedelta

from kaleipix_app.backend import log, tokens
from kaleipix_app.backend.abuse.limits import REPORTS_PER_NETWORK, Limiter
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.sharing.models import ShareReport

DUE = timedelta(hours=48)
LONGEST_NOTE = 1_000
#: Reason -> how people read it.
REASONS = {
    "illegal": "It is illegal",
    "person": "It shows me or somebody I know without consent",
    "minor": "It sexualises or harms a minor",
    "copyright": "It copies a work without permission",
    "other": "Something else",
}
_log = log.get("sharing")


class Reports:
    """Opens tickets."""

    def __init__(self, clock: Clock, limiter: Limiter) -> None:
        self._clock = clock
        self._limiter = limiter

    async def open(self, uow: UnitOfWork, share_id: str, network: str, reason: str, note: str) -> None:
        """A ticket that is due in 48 hours. Nothing is kept about who sent it. Raises BadInput, TooMany."""
        if reason not in REASONS:
            raise BadInput("Choose what is wrong with it.")
        self._limiter.take(REPORTS_PER_NETWORK, network)
        now = self._clock.now()
        text = "".join(character for character in note if character.isprintable() or character == "\n")
        report = ShareReport(
            id=tokens.new_id(),
            share_id=share_id,
            reason=reason,
            note=text.strip()[:LONGEST_NOTE],
            created_at=now,
            due_at=now + DUE,
        )
        uow.session.add(report)
        await uow.session.flush()
        due = report.due_at.isoformat()
        uow.after_commit(lambda: _log.warning("share_reported", report=report.id, reason=reason, due=due))
