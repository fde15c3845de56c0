"""`doctor` tells an operator what is wrong and what to do, and leaves everything as it was."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands import doctor_machine
from tests.factories import a_person

ALL = ["settings", "data directory", "disk", "secret key", "clock", "pictures"]
ALL += ["database", "storage", "mail", "providers", "cleanups", "jobs", "requests", "reports"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of a studio that has run, with one generation waiting."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KALEIPIX_{name.upper()}", raising=False)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(folder))

    async def run_once() -> None:
        parts = Container(Settings(data_dir=folder))
        await upgrade(parts.settings.database_url)
        await parts.cleanups.run()
        async with parts.db.unit_of_work() as uow:
            ann = await a_person(uow, "ann", parts.clock.now())
            await parts.generations.request(uow, ann, Draft("kaleidoscope", "a rose", "1:1"))
        await parts.db.close()

    asyncio.run(run_once())
    return folder


def _doctor(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments])


def _wrong(result: Result) -> dict[str, str]:
    """What there is to do: what, and the sentence."""
    assert result.exit_code == 1, result.output
    return {one["what"]: one["sentence"] for one in json.loads(result.stdout) if not one["fine"]}


def _bytes(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _sql(data: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(data / "kaleipix.db", isolation_level=None)
    connection.execute(statement, values)
    connection.close()


def _past(**ago: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**ago):%Y-%m-%d %H:%M:%S.%f}"


def _ahead(**more: float) -> str:
    return f"{datetime.now(UTC) + timedelta(**more):%Y-%m-%d %H:%M:%S.%f}"


def _request(data: Path, due: str) -> None:
    _sql(
        data,
        "INSERT INTO privacy_request (id, user_id, kind, text, created_at, due_at, answer)"
        " SELECT 'a', id, 'question', '?', created_at, ?, '' FROM user",
        due,
    )


def test_a_studio_that_is_well_is_told_so_and_left_as_it_was(data: Path) -> None:
    before = _bytes(data)
    result = _doctor("--json")
    assert result.exit_code == 0, result.output
    assert [one["what"] for one in json.loads(result.stdout)] == ALL
    assert _bytes(data) == before
    lines = _doctor().stdout.splitlines()
    assert [line[:16].rstrip() for line in lines] == ALL
    assert all(line[16:].startswith("fine ") and line.endswith(".") for line in lines)


BROKEN: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "others can look in": ("data directory", lambda data: data.chmod(0o755), "chmod 700"),
    "others can read the key": ("secret key", lambda data: (data / "secret.key").chmod(0o640), "chmod 600"),
    "half a key": ("secret key", lambda data: (data / "secret.key").write_text("half"), "backup"),
    "no pictures": ("storage", lambda data: shutil.rmtree(data / "media"), "Start the studio once"),
    "an old database": (
        "database",
        lambda data: _sql(data, "UPDATE alembic_version SET version_num='0001'"),
        "migrate",
    ),
    "no database": ("database", lambda data: (data / "kaleipix.db").unlink(), "Start the studio once"),
    "a damaged one": ("database", lambda data: (data / "kaleipix.db").write_bytes(b"x" * 8192), "cannot be reached"),
    "a slow clock": ("clock", lambda data: os.utime(data / "kaleipix.db", (0, time.time() + 900)), "Set it"),
    "no cleanup for a day": (
        "cleanups",
        lambda data: _sql(data, "UPDATE cleanup_run SET started_at=? WHERE cleanup='trash'", _past(hours=27)),
        "trash",
    ),
    "work left lying": (
        "jobs",
        lambda data: _sql(data, "UPDATE generation SET state='running', lease_until=?", _past(minutes=2)),
        "Start the studio",
    ),
    "a request near its day": ("requests", lambda data: _request(data, _ahead(days=6)), "within 7 days: 1"),
    "a request past its day": ("requests", lambda data: _request(data, _ahead(days=-1)), "overdue: 1"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_named_with_what_to_do_and_nothing_is_mended(case: str, data: Path) -> None:
    what, break_it, to_do = BROKEN[case]
    break_it(data)
    before = _bytes(data)
    wrong = _wrong(_doctor("--json"))
    assert to_do in wrong.pop(what)
    assert wrong == ({"database": wrong["database"]} if case == "half a key" else {})
    assert _bytes(data) == before


def test_a_request_with_time_left_is_named_and_nothing_to_do(data: Path) -> None:
    _request(data, _ahead(days=8))
    result = _doctor("--json")
    assert result.exit_code == 0, result.output
    (line,) = [one for one in json.loads(result.stdout) if one["what"] == "requests"]
    assert line["sentence"].startswith("Privacy requests that wait: 1; the first is due on ")


def test_a_lease_that_is_being_worked_on_is_no_reason_to_worry(data: Path) -> None:
    _sql(data, "UPDATE generation SET state='running', lease_until=?", _past(seconds=5))
    assert _doctor().exit_code == 0


def test_before_the_first_start_nothing_is_made_by_looking(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = data.parent / "nowhere"
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(nowhere))
    assert set(_wrong(_doctor("--json"))) == {"data directory", "secret key", "database", "storage"}
    assert not nowhere.exists()


def test_a_full_disk_is_told_before_uploads_fail(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "_ROOM", 2**60)
    assert "Make room" in _wrong(_doctor("--json"))["disk"]


def test_a_bad_setting_is_the_only_thing_that_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_PORT", "abc")
    assert "KALEIPIX_PORT" in _wrong(_doctor("--json"))["settings"]


def test_a_mail_server_that_is_away_is_told_without_its_password(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "canary-of-the-key-itself")
    monkeypatch.setenv("KALEIPIX_SMTP_URL", "smtp://me:canary@127.0.0.1:9")  # discard: nobody listens there
    result = _doctor("--json")
    assert "KALEIPIX_SMTP_URL" in _wrong(result)["mail"]
    assert "canary" not in result.output
