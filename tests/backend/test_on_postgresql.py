"""A whole studio on PostgreSQL, by its settings alone: sign in, bring a picture, make one from it, download it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from kaleipix_app.backend import settings as settings_module
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db import migrate
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.machine import FINAL, State
from kaleipix_app.backend.generation.request import Draft
from tests.backend.media.samples import file, photo
from tests.conftest import WITHOUT_POSTGRESQL
from tests.postgres import PostgresServer

pytestmark = pytest.mark.skipif(WITHOUT_POSTGRESQL, reason="DATABASES=sqlite")


@pytest.fixture
async def parts(postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Container]:
    """As `serve` makes it: the operator's URL, the migrations, the engine and the schedule at work."""
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "the same for every process")
    monkeypatch.setenv("KALEIPIX_DB_URL", postgres.new_database().replace("postgresql+psycopg:", "postgresql:"))
    settings = settings_module.load()
    settings.data_dir.mkdir()
    await migrate.upgrade(settings.database_url)
    made = Container(settings)
    async with made.running():
        yield made


@asynccontextmanager
async def a_browser(parts: Container) -> AsyncIterator[httpx.AsyncClient]:
    app = parts.guard(parts.api_app())
    origin = {"Origin": parts.settings.url}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=parts.settings.url, headers=origin
    ) as made:
        yield made


async def sign_in(parts: Container, browser: httpx.AsyncClient, name: str) -> Viewer:
    outbox = parts.settings.data_dir / "outbox"
    assert (await browser.post("/api/session/code", json={"email": f"{name}@example.com"})).is_success
    async with asyncio.timeout(10):
        while not (mails := [mail for mail in outbox.glob("*.eml") if f"{name}@" in mail.read_text()]):
            await asyncio.sleep(0.01)
    (code,) = set(re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mails[0].read_text()))
    assert (await browser.post("/api/session/verify", json={"code": code})).json() == {"step": "register"}
    done = await browser.post("/api/session/register", json={"username": name, "adult": True})
    assert done.json()["next"] == f"/w/{name}"
    async with parts.db.reading() as uow:
        viewer = await parts.sessions.viewer(uow, browser.cookies[parts.cookies.session])
    assert viewer is not None
    return viewer


async def made(parts: Container, viewer: Viewer, source_id: str) -> Record:
    draft = Draft("kaleidoscope", "a picture from another database", "1:1", source_id=source_id)
    async with parts.db.unit_of_work() as uow:
        id = await parts.generations.request(uow, viewer, draft)
    async with asyncio.timeout(30):
        while True:
            async with parts.db.reading() as uow:
                record = await parts.history.one(uow, viewer.user_id, id)
            if record.state in FINAL:
                return record
            await asyncio.sleep(0.02)


async def test_a_picture_is_made_and_belongs_to_its_owner_alone(parts: Container) -> None:
    async with a_browser(parts) as anns, a_browser(parts) as bobs:
        ann = await sign_in(parts, anns, "ann")
        await sign_in(parts, bobs, "bob")
        brought = await anns.put("/api/uploads", content=file(photo(), "JPEG"))
        assert brought.is_success, brought.text
        record = await made(parts, ann, brought.json()["id"])
        assert (record.state, len(record.results)) == (State.DONE, 1)
        address = f"/media/{record.results[0].id}/original"
        mine, theirs = await anns.get(address), await bobs.get(address)
        assert (mine.status_code, theirs.status_code) == (200, 404)
        assert mine.headers["content-type"].startswith("image/")
        assert (await anns.get("/readyz")).status_code == 200
    async with parts.db.reading() as uow:
        assert await parts.ledger.balance(uow, ann.user_id) == 39
