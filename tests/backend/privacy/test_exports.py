"""A copy of one's data: whole, readable, checkable, for its person alone and for a day."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from sqlmodel import select

from kaleipix_app.backend.accounts.fresh import FreshCodeNeeded
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import Conflict
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.privacy.datamap import CATEGORIES, OWNED
from kaleipix_app.backend.privacy.models import DataExport
from kaleipix_app.backend.privacy.rows import Person
from tests.backend.privacy.test_erasure import CANARY, an_owner
from tests.conftest import MovableClock


@pytest.fixture
async def ann(parts: Container) -> tuple[Viewer, str]:
    return await an_owner(parts, "ann")


@pytest.fixture
async def client(parts: Container) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=parts.settings.url) as opened:
        yield opened


async def ask(parts: Container, viewer: Viewer) -> None:
    async with parts.db.unit_of_work() as uow:
        await parts.exports.ask(uow, viewer)


async def copy_of(parts: Container, viewer: Viewer) -> str:
    """Ask, and wait until it is there."""
    await ask(parts, viewer)
    await asyncio.wait_for(parts.exports.finished(), 20)
    async with parts.db.reading() as uow:
        copy = await parts.exports.latest(uow, viewer)
    assert copy is not None
    assert copy.state == "ready"
    return copy.id


async def opened(parts: Container, path: Path, user_id: str = "id-of-ann") -> ZipFile:
    async with parts.db.reading() as uow:
        person = await Person.find(uow, user_id)
    assert person is not None
    await parts.archive.write(person, path, datetime(2026, 11, 24, tzinfo=UTC))
    return ZipFile(path)


def read(archive: ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


async def test_everything_is_in_it_and_the_checksums_are_right(
    parts: Container, ann: tuple[Viewer, str], tmp_path: Path
) -> None:
    await an_owner(parts, "bob")
    archive = await opened(parts, tmp_path / "ann.zip")
    assert archive.testzip() is None
    manifest = read(archive, "manifest.json")
    assert {one["path"] for one in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    for one in manifest["files"]:
        data = archive.read(one["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"]), one["path"]
    assert manifest["missing_pictures"] == []
    for category in CATEGORIES:
        for held in category.tables:
            rows = read(archive, f"data/{category.key}.json")["rows"][held.table]
            if held.table in ("user", "generation", "generation_log", "ledger_entry", "image", "login_session"):
                assert rows, category.key
            shown = set(held.columns) - set(OWNED[held.table].secret)
            assert all(shown <= set(row) for row in rows)
    assert read(archive, "data/prompts.json")["rows"]["generation"][0]["prompt"] == CANARY
    (signal,) = read(archive, "data/headers.json")["rows"]["signal"]
    assert (signal["user_agent"], signal["accept_language"]) == ("Mozilla/5.0", "de")
    (seen,) = read(archive, "data/fingerprint.json")["rows"]["signal"]
    assert (seen["kind"], len(seen["fingerprint_hash"])) == ("sign_up", 64)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"bob" not in whole, "nothing of anybody else"
    assert b"token_hash" not in whole
    assert len([name for name in archive.namelist() if name.startswith("pictures/sources/")]) == 1
    page = archive.read("index.html").decode()
    assert "Source images you upload" in page
    assert "<script" not in page


async def test_what_cannot_be_called_back_is_named(parts: Container, ann: tuple[Viewer, str], tmp_path: Path) -> None:
    async with parts.db.unit_of_work() as uow:
        row = (await uow.session.exec(select(Generation))).one()
        row.provider, row.provider_job, row.ordered_at = "fal", "fal-ai/flux/requests/7", parts.clock.now()
    archive = await opened(parts, tmp_path / "ann.zip")
    (order,) = read(archive, "elsewhere.json")
    assert (order["provider"], order["order"]) == ("fal.ai", "fal-ai/flux/requests/7")
    assert "expire after one hour" in archive.read("index.html").decode()


async def test_a_picture_that_storage_has_lost_is_named_and_stops_nothing(
    parts: Container, ann: tuple[Viewer, str], tmp_path: Path
) -> None:
    for path in parts.settings.media_dir.rglob("original"):
        path.unlink()
    manifest = read(await opened(parts, tmp_path / "ann.zip"), "manifest.json")
    assert len(manifest["missing_pictures"]) == 1


async def test_it_needs_a_fresh_code_and_one_is_made_at_a_time(
    parts: Container, ann: tuple[Viewer, str], clock: MovableClock
) -> None:
    viewer, _ = ann
    await ask(parts, viewer)
    with pytest.raises(Conflict):
        await ask(parts, viewer)
    await asyncio.wait_for(parts.exports.finished(), 20)
    clock.move(minutes=11)
    with pytest.raises(FreshCodeNeeded):
        await ask(parts, viewer)


async def test_its_person_has_a_day_and_nobody_else_ever(
    parts: Container, ann: tuple[Viewer, str], client: httpx.AsyncClient, clock: MovableClock, tmp_path: Path
) -> None:
    viewer, secret = ann
    _, stranger = await an_owner(parts, "bob")
    address = f"/api/exports/{await copy_of(parts, viewer)}"
    mine = {"cookie": f"{parts.cookies.session}={secret}"}
    answer = await client.get(address, headers=mine)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="kaleipix-ann.zip"'
    (tmp_path / "got.zip").write_bytes(answer.content)
    assert ZipFile(tmp_path / "got.zip").testzip() is None
    missing = await client.get("/api/exports/nothing", headers=mine)
    for cookie in ("", f"{parts.cookies.session}={stranger}"):
        refused = await client.get(address, headers={"cookie": cookie})
        assert (refused.status_code, refused.content) == (404, missing.content)
    clock.move(hours=24)
    assert (await client.get(address, headers=mine)).status_code == 404


async def test_it_goes_after_a_week_and_with_the_account_at_once(
    parts: Container, ann: tuple[Viewer, str], clock: MovableClock
) -> None:
    viewer, _ = ann
    folder = parts.settings.data_dir / "exports"
    await copy_of(parts, viewer)
    clock.move(days=6, hours=23)
    await parts.cleanups.run()
    assert len(list(folder.iterdir())) == 1
    clock.move(hours=1)
    await parts.cleanups.run()
    assert list(folder.iterdir()) == []
    async with parts.db.reading() as uow:
        assert (await uow.session.exec(select(DataExport))).all() == []


async def test_one_that_a_stopped_server_left_is_made_at_the_next_start(
    parts: Container, ann: tuple[Viewer, str]
) -> None:
    viewer, _ = ann
    async with parts.db.unit_of_work() as uow:
        uow.session.add(DataExport(id="left", user_id=viewer.user_id, requested_at=parts.clock.now()))
    await parts.exports.resume()
    await asyncio.wait_for(parts.exports.finished(), 20)
    async with parts.db.reading() as uow:
        copy = await parts.exports.latest(uow, viewer)
    assert copy is not None
    assert (copy.id, copy.state) == ("left", "ready")
