"""The address that pages connect to comes from the settings, not from the build."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from kaleipix_app.backend import tables
from kaleipix_app.backend.api import frontend, health
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.settings import Settings

BAKED = "var e={PING:`http://localhost:3000/ping`,EVENT:`ws://localhost:3000/_event`};"


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "build" / "client" / "assets"
    folder.mkdir(parents=True)
    (folder / "reflex-env-a_B-1.js").write_text(BAKED)
    (folder / "reflex-env-a_B-1.js.gz").write_bytes(gzip.compress(BAKED.encode()))
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    return folder


def _client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


@pytest.mark.parametrize(
    ("settings", "http", "ws"),
    [
        (Settings(), "http://localhost:3000", "ws://localhost:3000"),
        (Settings(port=8123), "http://localhost:8123", "ws://localhost:8123"),
        (Settings(public_url="https://studio.example"), "https://studio.example", "wss://studio.example"),
    ],
)
async def test_pages_connect_to_the_public_address(settings: Settings, http: str, ws: str) -> None:
    async with _client(Starlette(routes=frontend.routes(settings))) as client:
        answer = await client.get("/assets/reflex-env-a_B-1.js")
    assert answer.text == f"var e={{PING:`{http}/ping`,EVENT:`{ws}/_event`}};"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "content-encoding" not in answer.headers


async def test_no_other_file_is_read() -> None:
    async with _client(Starlette(routes=frontend.routes(Settings()))) as client:
        for name in ("gone", "..%2F..%2Findex", "a_B-1.js%00"):
            assert (await client.get(f"/assets/reflex-env-{name}.js")).status_code == 404


async def test_crawlers_are_kept_out_of_what_is_private() -> None:
    async with _client(Starlette(routes=frontend.routes(Settings()))) as client:
        rules = (await client.get("/robots.txt")).text.splitlines()
    assert {f"Disallow: {path}" for path in ("/w/", "/media/", "/api/")} <= set(rules)
    assert "Disallow: /s/" not in rules  # chats look at a shared page before they show its picture


@pytest.fixture
async def monitored(db: Database, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def moves() -> bool:
        return True

    async with _client(Starlette(routes=health.routes(db, Storage(tmp_path / "media"), moves))) as client:
        yield client


async def test_health(monitored: httpx.AsyncClient) -> None:
    assert (await monitored.get("/healthz")).json() == {"status": "ok"}
    ready = await monitored.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "database": "ok", "storage": "ok", "queue": "ok"},
    )


async def test_not_ready_without_storage_or_tables(monitored: httpx.AsyncClient, db: Database, tmp_path: Path) -> None:
    (tmp_path / "media" / "health").rmdir() if (tmp_path / "media" / "health").is_dir() else None
    (tmp_path / "media" / "health").write_text("a file where a folder should be")
    ready = await monitored.get("/readyz")
    assert (ready.status_code, ready.json()["storage"], ready.json()["database"]) == (503, "failed", "ok")
    async with db.unit_of_work() as uow:
        connection = await uow.session.connection()
        await connection.run_sync(tables.metadata.drop_all)
    assert (await monitored.get("/readyz")).json()["database"] == "failed"
    assert (await monitored.get("/healthz")).status_code == 200
