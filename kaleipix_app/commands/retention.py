"""`retention run`: the hourly cleanups by hand, also for another day, also without removing anything."""

from __future__ import annotations

from datetime import UTC, datetime

from kaleipix_app.backend.jobs.cleanups import Outcome
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands import running


def run(settings: Settings, as_of: datetime | None, *, dry: bool) -> list[Outcome]:
    """Every cleanup, in order. A day without a zone is meant in UTC."""
    moment = as_of.replace(tzinfo=UTC) if as_of is not None else None
    return running.run(settings, lambda parts: parts.cleanups.run(moment, dry=dry))


def table(outcomes: list[Outcome], *, dry: bool) -> str:
    """One line a cleanup: name, number, promise."""
    verb = "would go" if dry else "removed"
    return "\n".join(f"{one.name:18}{_number(one):>8} {verb}   ({one.promise})" for one in outcomes)


def _number(one: Outcome) -> str:
    return "failed" if one.removed is None else str(one.removed)
