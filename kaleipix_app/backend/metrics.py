"""What is counted for monitoring (Prometheus), in a registry of its own.

Numbers only. A label has a few fixed values: never a person, an address, a prompt or anything else that was typed.
Counters are of this process and start at zero with it; what the database knows is read at each scrape instead.
"""

from __future__ import annotations

import asyncio
import time

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # type: ignore[no-untyped-call]  # twice as many lines, and Prometheus has no use for them
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory, processor time, open files

requests = Counter("kaleipix_http_requests", "Requests answered.", ["route", "status"], registry=REGISTRY)
provider_errors = Counter(
    "kaleipix_provider_errors", "Generations that a provider failed.", ["provider", "code"], registry=REGISTRY
)
credits = Counter("kaleipix_credits", "Credits reserved, charged and paid back.", ["effect"], registry=REGISTRY)
uploads = Counter("kaleipix_uploads", "Pictures that people brought.", ["outcome"], registry=REGISTRY)
codes = Counter("kaleipix_signin_codes", "Codes for signing in.", ["outcome"], registry=REGISTRY)
loop_lag = Histogram(
    "kaleipix_event_loop_lag_seconds",
    "How late the event loop was for a timer: what everybody waits behind.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=REGISTRY,
)

database_up = Gauge("kaleipix_database_up", "1 if the database answered this scrape.", registry=REGISTRY)
generations = Gauge("kaleipix_generations", "Generations by where they stand.", ["state"], registry=REGISTRY)
queue_depth = Gauge("kaleipix_queue_depth", "Generations that nobody has begun.", registry=REGISTRY)
queue_oldest = Gauge("kaleipix_queue_oldest_seconds", "How long the first of them has waited.", registry=REGISTRY)
leases_overdue = Gauge("kaleipix_leases_overdue", "Leases that nobody took over in time.", registry=REGISTRY)
reports_open = Gauge("kaleipix_share_reports_open", "Reports of links that nobody has closed.", registry=REGISTRY)
reports_overdue = Gauge("kaleipix_share_reports_overdue", "Of these, those older than 48 hours.", registry=REGISTRY)
last_cleanup = Gauge(
    "kaleipix_cleanup_last_success_timestamp_seconds",
    "When each cleanup last succeeded (Unix time); 0 if never.",
    ["cleanup"],
    registry=REGISTRY,
)
privacy_requests = Gauge(
    "kaleipix_privacy_requests",
    "Privacy requests without an answer: waiting, due within 7 days (due_soon), overdue.",
    ["state"],
    registry=REGISTRY,
)

for _effect in ("reserved", "settled", "refunded"):
    credits.labels(_effect)  # a rate needs the zero that it starts from
for _outcome in ("stored", "refused"):
    uploads.labels(_outcome)
for _outcome in ("sent", "refused"):
    codes.labels(_outcome)

_TICK = 0.5  # seconds between two looks at the loop


async def watch_loop() -> None:
    """Measure the lag of the running loop until cancelled."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        loop_lag.observe(max(0.0, time.perf_counter() - began - _TICK))


def text() -> bytes:
    """Everything in Prometheus' text format."""
    return generate_latest(REGISTRY)
