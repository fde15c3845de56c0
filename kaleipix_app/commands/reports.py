"""`reports …`: what people said of shared pictures, and what an operator does about it."""

from __future__ import annotations

from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.sharing.reports import REASONS
from kaleipix_app.backend.sharing.tickets import Ticket
from kaleipix_app.commands.running import run


def listing(settings: Settings) -> str:
    """Every open report, the most urgent first."""
    found = run(settings, lambda parts: parts.sharing.tickets.open())
    return "\n\n".join(_told(one) for one in found) or "No report is open."


def take_down(settings: Settings, report_id: str) -> str:
    """Take down what was reported. Raises NotFound, StorageFailed."""
    number = run(settings, lambda parts: parts.sharing.tickets.take_down(report_id))
    return f"Taken down, identical copies included: {number}. No link shows them any more; their owners can read why."


def dismiss(settings: Settings, report_id: str) -> str:
    """Close a report without doing anything. Raises NotFound."""
    run(settings, lambda parts: parts.sharing.tickets.dismiss(report_id))
    return "The report is closed. The link stays as it is."


def _told(one: Ticket) -> str:
    due = f"{'OVERDUE since' if one.is_overdue else 'due'} {one.due_at:%Y-%m-%d %H:%M} UTC"
    lines = [f"{one.id}  {due}", f"  {REASONS.get(one.reason, one.reason)}", f"  {one.address}"]
    return "\n".join([*lines, *(f"  > {line}" for line in one.note.splitlines())])
