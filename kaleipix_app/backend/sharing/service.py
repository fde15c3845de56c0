"""Everything about links, in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from kaleipix_app.backend.sharing.access import Access
from kaleipix_app.backend.sharing.drafts import Drafts
from kaleipix_app.backend.sharing.links import Links
from kaleipix_app.backend.sharing.passcodes import Passcodes
from kaleipix_app.backend.sharing.reports import Reports
from kaleipix_app.backend.sharing.tickets import Tickets
from kaleipix_app.backend.sharing.views import Views


@dataclass(frozen=True)
class Sharing:
    """The parts that routes and pages use."""

    links: Links
    drafts: Drafts
    access: Access
    passcodes: Passcodes
    reports: Reports
    views: Views
    tickets: Tickets
