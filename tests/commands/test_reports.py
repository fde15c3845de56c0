"""`reports`: what an operator sees and does at the terminal."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.sharing.terms import Terms
from tests.backend.media.samples import file, photo
from tests.factories import a_person


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a link of Ann's that was reported twice."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))

    async def prepare() -> str:
        parts = Container(Settings(data_dir=tmp_path / "data"))
        await upgrade(parts.settings.database_url)
        async with parts.db.unit_of_work() as uow:
            ann = await a_person(uow, "ann", parts.clock.now())
        picture = await parts.images.keep_source(parts.db, ann.user_id, file(photo(), "PNG"))
        async with parts.db.unit_of_work() as uow:
            link = await parts.sharing.links.create(uow, ann, [picture.id], Terms())
            for note in ("That is me.\nPlease remove it.", ""):
                await parts.sharing.reports.open(uow, link.id, "203.0.113.0/24", "person", note)
        parts.ingest.close()
        await parts.db.close()
        return link.address

    return asyncio.run(prepare())


def _reports(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reports", *arguments])


def _ids() -> list[str]:
    return [line.split()[0] for line in _reports("list").output.splitlines() if " due " in line]


def test_reports_are_listed_dismissed_and_answered(address: str) -> None:
    listed = _reports("list").output
    assert listed.count(address) == 2
    assert "  > That is me.\n  > Please remove it." in listed
    first, second = _ids()
    assert "The link stays as it is" in _reports("dismiss", first).output
    assert _ids() == [second]
    assert "identical copies included: 1" in _reports("take-down", second).output
    assert "No report is open." in _reports("list").output


def test_an_unknown_id_is_told_in_one_line(address: str) -> None:
    refused = _reports("take-down", "nothing")
    assert refused.exit_code == 1
    assert refused.stderr.strip() == (
        "kaleipix: There is no open report with this id. See: python -m kaleipix_app reports list"
    )


def test_what_is_overdue_is_told_in_the_list_and_by_the_doctor(address: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "kaleipix.db") as database:
        database.execute("UPDATE share_report SET due_at = '2020-01-02 00:00:00.000000'")
    database.close()
    assert _reports("list").output.count("OVERDUE since 2020-01-02 00:00 UTC") == 2
    examined = CliRunner().invoke(app, ["doctor"]).output
    assert "Older than 48 hours: 2. See: python -m kaleipix_app reports list" in examined
