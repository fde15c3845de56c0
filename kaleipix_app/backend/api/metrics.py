"""`/metrics` for a Prometheus on this machine or in a trusted network. For everybody else the page does not exist."""

from __future__ import annotations

import math

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from kaleipix_app.backend import metrics
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.backend.generation.figures import Figures
from kaleipix_app.backend.jobs.cleanups import Cleanups
from kaleipix_app.backend.privacy.inbox import Inbox
from kaleipix_app.backend.sharing.tickets import Tickets

#: Whoever passes a request on says so in one of these; then nobody knows how near its sender is.
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class _NearbyRoute(Route):
    """Matches for those who are near. Others go on to the pages, where it is as unknown as any other name."""

    networks: Networks

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not self._is_near(scope):
            return Match.NONE, {}
        return super().matches(scope)

    def _is_near(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, _ = scope.get("client") or ("", 0)
        return self.networks.is_near(host) and not any(name in headers for name in _FORWARDED)


def routes(figures: Figures, cleanups: Cleanups, inbox: Inbox, tickets: Tickets, networks: Networks) -> list[Route]:
    """`GET /metrics`."""

    async def scrape(_request: Request) -> Response:
        try:
            await _read(figures, cleanups, inbox, tickets)
        except DatabaseFailed:
            _forget()
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    route = _NearbyRoute("/metrics", scrape)
    route.networks = networks
    return [route]


async def _read(figures: Figures, cleanups: Cleanups, inbox: Inbox, tickets: Tickets) -> None:
    """What the database knows. Raises DatabaseFailed."""
    queue, cleaned, asked = await figures.read(), await cleanups.last_done(), await inbox.deadlines()
    for state, count in queue.by_state.items():
        metrics.generations.labels(state).set(count)
    metrics.queue_depth.set(queue.waiting)
    metrics.queue_oldest.set(queue.oldest_seconds)
    metrics.leases_overdue.set(queue.overdue)
    for name, moment in cleaned.items():
        metrics.last_cleanup.labels(name).set(moment.timestamp() if moment is not None else 0)
    for urgency in ("waiting", "due_soon", "overdue"):
        metrics.privacy_requests.labels(urgency).set(getattr(asked, urgency))
    is_open, overdue = await tickets.counts()
    metrics.reports_open.set(is_open)
    metrics.reports_overdue.set(overdue)
    metrics.database_up.set(1)


def _forget() -> None:
    """Old figures would look as if all was well."""
    metrics.database_up.set(0)
    metrics.generations.clear()
    metrics.privacy_requests.clear()
    queue = metrics.queue_depth, metrics.queue_oldest, metrics.leases_overdue
    for gauge in (*queue, metrics.reports_open, metrics.reports_overdue):
        gauge.set(math.nan)
