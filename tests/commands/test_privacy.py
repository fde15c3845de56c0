"""`export` and `erase` from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from tests.backend.privacy.test_erasure import an_owner


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    """An installation in which Ann has a picture."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    made = Container(Settings(data_dir=tmp_path / "data"))

    async def prepare() -> None:
        await upgrade(made.settings.database_url)
        await an_owner(made, "ann")
        made.ingest.close()
        await made.db.close()

    asyncio.run(prepare())
    return made


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _people(parts: Container) -> list[tuple[str, bool]]:
    async def read() -> list[tuple[str, bool]]:
        async with parts.db.reading() as uow:
            found = await uow.session.exec(select(User.username, User.deleted_at))
            people = [(name, deleted_at is not None) for name, deleted_at in found]
        await parts.db.close()
        return people

    return asyncio.run(read())


def _pictures(parts: Container) -> list[Path]:
    return [path for path in parts.settings.media_dir.rglob("*") if path.is_file()]


def test_export_writes_one_zip_for_its_person_alone(parts: Container, tmp_path: Path) -> None:
    result = _run("export", "Ann@Example.com", "--out", "ann.zip")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "ann.zip").stat().st_mode & 0o777 == 0o600
    with ZipFile(tmp_path / "ann.zip") as archive:
        assert {"manifest.json", "index.html", "data/email.json"} <= set(archive.namelist())
    again = _run("export", "ann@example.com", "--out", "ann.zip")
    assert again.exit_code == 1
    assert "File exists" in again.stderr


def test_erase_deletes_now_or_in_thirty_days(parts: Container) -> None:
    first = _run("erase", "ann@example.com")
    assert first.exit_code == 0, first.output
    assert "pictures" in first.stdout
    assert "in 30 days" in first.stdout
    assert _people(parts) == [("ann", True)]
    assert _pictures(parts) == []
    second = _run("erase", "ann@example.com", "--now")
    assert second.exit_code == 0, second.output
    assert _people(parts) == []
    third = _run("erase", "ann@example.com", "--now")
    assert (third.exit_code, third.stderr) == (1, "kaleipix: Nobody here signs in with that address.\n")
