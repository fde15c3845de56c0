"""Monitoring sees numbers, from near; from afar the page does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image as Pillow
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kaleipix_app.backend import metrics
from kaleipix_app.backend.api import health
from kaleipix_app.backend.api.guard import Guard
from kaleipix_app.backend.errors import NotEnoughCredits
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.privacy.models import PrivacyRequest
from kaleipix_app.backend.providers.base import Refused
from kaleipix_app.backend.sharing.models import ShareReport
from kaleipix_app.backend.sharing.terms import Terms
from tests.backend.generation.conftest import Pipeline, pipeline
from tests.house import House

__all__ = ["pipeline"]  # a fixture of the generations'

PROXY = "10.0.0.1"


@pytest.fixture(autouse=True)
def _behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_TRUSTED_PROXIES", PROXY)


@pytest.fixture
def studio(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guard:
    """Everything but the pages; in their place the empty shell, as the build has it for what it does not know."""
    (tmp_path / "build" / "client").mkdir(parents=True)
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))

    async def shell(_request: Request) -> Response:
        return HTMLResponse("the empty shell", status_code=404)

    app = house.parts.api_app()
    app.mount("", Starlette(routes=[Route("/{path:path}", shell)]))
    return house.parts.guard(app)


def _from(studio: Guard, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(studio, client=(peer, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000")


def _samples(text: str) -> Iterable[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


async def _scrape(studio: Guard, name: str, **labels: str) -> float:
    async with _from(studio, "127.0.0.1") as near:
        text = (await near.get("/metrics")).text
    (value,) = [value for found, has, value in _samples(text) if found == name and labels.items() <= has.items()]
    return value


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", PROXY])
async def test_whoever_is_near_gets_them(peer: str, studio: Guard) -> None:
    async with _from(studio, peer) as near:
        answer = await near.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.9", {}),
        ("203.0.113.9", {"X-Forwarded-For": "127.0.0.1"}),
        (PROXY, {"X-Forwarded-For": "203.0.113.9"}),
        (PROXY, {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", {"X-Forwarded-For": ""}),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("10.0.0.2", {}),
        ("not an address", {}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_for_everybody_else_it_is_as_unknown_as_any_page(
    method: str, peer: str, headers: dict[str, str], studio: Guard
) -> None:
    headers = {**headers, "Sec-Fetch-Site": "same-origin"}
    async with _from(studio, peer) as afar:
        asked = await afar.request(method, "/metrics", headers=headers)
        unknown = await afar.request(method, "/mertics", headers=headers)
    assert (asked.status_code, asked.content) == (unknown.status_code, unknown.content)
    assert asked.status_code == (404 if method in ("GET", "HEAD") else 405)
    drop = "x-request-id"
    assert [h for h in asked.headers.items() if h[0] != drop] == [h for h in unknown.headers.items() if h[0] != drop]


async def test_reports_that_wait_are_counted(studio: Guard, house: House) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        link = await parts.sharing.links.create(uow, house.ann, [house.result_id], Terms())
        for _ in range(2):
            await parts.sharing.reports.open(uow, link.id, "203.0.113.0/24", "other", "")
        await uow.session.exec(update(ShareReport).values(due_at=parts.clock.now() - timedelta(seconds=1)))
    async with _from(studio, "127.0.0.1") as near:
        found = {name: value for name, _, value in _samples((await near.get("/metrics")).text)}
    assert (found["kaleipix_share_reports_open"], found["kaleipix_share_reports_overdue"]) == (2, 2)


async def test_nothing_in_them_is_about_a_person(studio: Guard, house: House) -> None:
    async with _from(studio, "127.0.0.1") as near:
        for path in (f"/w/{house.ann.username}", f"/media/{house.source_id}/thumb", "/canary", "/s/canary"):
            await near.get(path, headers={"cookie": house.cookies["ann"]})
        text = (await near.get("/metrics")).text
    for canary in (house.ann.username, house.ann.email, house.ann.user_id, House.SECRET, "canary", *house.owned):
        assert canary not in text
    routes = {has["route"] for name, has, _ in _samples(text) if name == "kaleipix_http_requests_total"}
    assert "/media/{image_id}/{variant}" in routes


async def test_the_queue_as_the_database_has_it(studio: Guard, house: House) -> None:
    assert await _scrape(studio, "kaleipix_generations", state="queued") == 1
    assert await _scrape(studio, "kaleipix_generations", state="done") == 1
    assert await _scrape(studio, "kaleipix_generations", state="failed") == 0
    assert await _scrape(studio, "kaleipix_queue_depth") == 1
    async with house.parts.db.unit_of_work() as uow:
        created = house.parts.clock.now() - timedelta(seconds=90)
        await uow.session.exec(update(Generation).values(created_at=created))
    assert await _scrape(studio, "kaleipix_queue_oldest_seconds") >= 90
    assert await _scrape(studio, "kaleipix_leases_overdue") == 0
    await _lease(house, seconds_left=-1)
    assert await _scrape(studio, "kaleipix_leases_overdue") == 0, "whoever looks next takes it over"
    await _lease(house, seconds_left=-61)
    assert await _scrape(studio, "kaleipix_leases_overdue") == 1


async def _lease(house: House, *, seconds_left: int) -> None:
    until = house.parts.clock.now() + timedelta(seconds=seconds_left)
    async with house.parts.db.unit_of_work() as uow:
        statement = update(Generation).where(Generation.id == house.queued_id)  # type: ignore[arg-type]
        await uow.session.exec(statement.values(state=State.RUNNING, lease_until=until))


async def test_when_each_cleanup_last_succeeded(studio: Guard, house: House) -> None:
    assert await _scrape(studio, "kaleipix_cleanup_last_success_timestamp_seconds", cleanup="trash") == 0
    began = house.parts.clock.now().timestamp()
    await house.parts.cleanups.run()
    moment = await _scrape(studio, "kaleipix_cleanup_last_success_timestamp_seconds", cleanup="trash")
    assert moment >= began


async def test_privacy_requests_by_their_day(studio: Guard, house: House) -> None:
    async with house.parts.db.unit_of_work() as uow:
        for number, days in enumerate((20, 6, -1, -2)):
            now = house.parts.clock.now()
            due = now + timedelta(days=days)
            owner = house.ann.user_id
            uow.session.add(PrivacyRequest(id=str(number), user_id=owner, kind="question", created_at=now, due_at=due))
    figures = {
        one: await _scrape(studio, "kaleipix_privacy_requests", state=one) for one in ("waiting", "due_soon", "overdue")
    }
    assert figures == {"waiting": 1, "due_soon": 1, "overdue": 2}


async def test_what_happens_is_counted(studio: Guard, house: House) -> None:
    names = [
        ("kaleipix_uploads_total", {"outcome": "stored"}),
        ("kaleipix_uploads_total", {"outcome": "refused"}),
        ("kaleipix_signin_codes_total", {"outcome": "sent"}),
        ("kaleipix_signin_codes_total", {"outcome": "refused"}),
        ("kaleipix_credits_total", {"effect": "reserved"}),
    ]
    before = [await _scrape(studio, name, **labels) for name, labels in names]
    buffer = BytesIO()
    Pillow.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    async with _from(studio, "127.0.0.1") as browser:
        browser.headers.update({"cookie": house.cookies["ann"], "origin": "http://localhost:3000"})
        assert (await browser.put("/api/uploads", content=buffer.getvalue())).status_code == 201
        assert (await browser.put("/api/uploads", content=b"no picture")).status_code == 422
        for status in (200, 429):
            assert (await browser.post("/api/session/code", json={"email": "cy@example.com"})).status_code == status
    await house.request()
    await house.parts.post.close()
    after = [await _scrape(studio, name, **labels) for name, labels in names]
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 1, 1, 1, 1]


async def test_credits_count_only_once_they_are_committed(house: House) -> None:
    def reserved() -> float:
        return metrics.REGISTRY.get_sample_value("kaleipix_credits_total", {"effect": "reserved"}) or 0

    async def too_much() -> None:
        async with house.parts.db.unit_of_work() as uow:
            for name in ("first", "one too many"):
                await house.parts.ledger.reserve(uow, house.ann.user_id, name, 30)

    before = reserved()
    with pytest.raises(NotEnoughCredits):
        await too_much()
    assert reserved() == before


async def test_a_provider_that_fails_is_counted_by_code_and_what_it_cost_paid_back(pipeline: Pipeline) -> None:
    def counted() -> list[float]:
        value = metrics.REGISTRY.get_sample_value
        return [
            value("kaleipix_provider_errors_total", {"provider": "builtin", "code": "refused"}) or 0,
            value("kaleipix_credits_total", {"effect": "refunded"}) or 0,
            value("kaleipix_credits_total", {"effect": "settled"}) or 0,
        ]

    before = counted()
    pipeline.provider.failure = Refused()
    async with pipeline.working():
        await pipeline.until(await pipeline.request(count=2))
        pipeline.provider.failure = None
        await pipeline.until(await pipeline.request(count=3))
    assert [late - early for early, late in zip(before, counted(), strict=True)] == [1, 2, 3]


async def test_without_its_database_it_says_so_and_shows_no_old_figures(studio: Guard, house: House) -> None:
    assert await _scrape(studio, "kaleipix_database_up") == 1
    await house.parts.db.close()
    path = house.parts.settings.data_dir / "kaleipix.db"
    for file in path.parent.glob("kaleipix.db*"):
        file.unlink()
    path.mkdir()
    assert await _scrape(studio, "kaleipix_database_up") == 0
    assert str(await _scrape(studio, "kaleipix_queue_depth")) == "nan"


async def test_ready_only_while_whoever_waits_gets_their_turn(house: House) -> None:
    parts = house.parts
    app = Starlette(routes=health.routes(parts.db, parts.storage, parts.queue_moves))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as monitor:
        assert (await monitor.get("/readyz")).json()["queue"] == "failed", "nobody takes jobs yet"
        await parts.engine.start()
        answer = await monitor.get("/readyz")
        assert (answer.status_code, answer.json()["queue"]) == (200, "ok")
        await parts.engine.stop(10)
        assert (await monitor.get("/readyz")).status_code == 503
