"""`doctor`: is everything here as it has to be? Looks, and changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kaleipix_app.backend.settings import BadSettings, Settings, load
from kaleipix_app.commands import doctor_machine as machine
from kaleipix_app.commands import doctor_services as services
from kaleipix_app.commands.findings import Finding, fine, to_do

__all__ = ["Examination", "examine", "table"]


@dataclass(frozen=True)
class Examination:
    """What was found, in the order in which an operator should mend it."""

    findings: list[Finding]

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done."""
        return all(finding.fine for finding in self.findings)


def examine() -> Examination:
    """All checks. What depends on something that is broken is not tried."""
    try:
        settings = load()
    except BadSettings as error:
        return Examination([to_do("settings", str(error))])
    return Examination([fine("settings", "All of them can be used."), *asyncio.run(_all(settings))])


async def _all(settings: Settings) -> list[Finding]:
    here = machine.examine(settings)
    return [*here, *await services.examine(settings, usable=all(one.fine for one in here if one.is_ground))]


def table(examination: Examination) -> str:
    """One line a check: what, how it stands, what to do."""
    return "\n".join(f"{one.what:16}{'fine' if one.fine else 'TO DO':7}{one.sentence}" for one in examination.findings)
