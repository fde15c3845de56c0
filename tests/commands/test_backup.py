"""A backup is whole, also when it is made in the middle of something; a restored one forgets who was erased since."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from tests.backend.db import older
from tests.backend.privacy.test_erasure import TRACES, an_owner


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in which Ann and Bob have a picture each."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    made = Container(Settings(data_dir=tmp_path / "data"))

    async def prepare() -> None:
        await upgrade(made.settings.database_url)
        await an_owner(made, "ann")
        await an_owner(made, "bob")
        made.ingest.close()
        await made.db.close()

    asyncio.run(prepare())
    return tmp_path / "data"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _names(data: Path) -> list[str]:
    with sqlite3.connect(data / "kaleipix.db") as connection:
        return sorted(name for (name,) in connection.execute("SELECT username FROM user"))


def _pictures(data: Path) -> set[str]:
    return {path.relative_to(data).as_posix() for path in (data / "media").rglob("*") if path.is_file()}


def test_there_and_back_again(data: Path, tmp_path: Path) -> None:
    before = _pictures(data)
    writer = sqlite3.connect(data / "kaleipix.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE user SET username = 'half' WHERE username = 'ann'")  # in the middle of a transaction
    result = _run("backup", "all.tar")
    writer.execute("ROLLBACK")
    writer.close()
    assert result.exit_code == 0, result.output
    assert (tmp_path / "all.tar").stat().st_mode & 0o777 == 0o600
    assert "exists already" in _run("backup", "all.tar").stderr
    with sqlite3.connect(data / "kaleipix.db") as connection:
        connection.execute("UPDATE user SET username = 'renamed' WHERE username = 'ann'")
    for path in (data / "media").rglob("original"):
        path.unlink()
    restored = _run("restore", "all.tar")
    assert restored.exit_code == 0, restored.output
    assert _names(data) == ["ann", "bob"]
    assert _pictures(data) == before
    assert list(data.glob("restore-*")) == [], "nothing of before is left behind"


def test_signals_and_their_keys_are_left_out(data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data / "kaleipix.db") as connection:
        ((secret,),) = connection.execute("SELECT secret FROM signal_key")
        ((hashed,), _) = connection.execute("SELECT fingerprint_hash FROM signal")
    assert _run("backup", "all.tar").exit_code == 0
    kept = (tmp_path / "all.tar").read_bytes()
    assert secret.encode() not in kept
    assert hashed.encode() not in kept
    assert _run("restore", "all.tar").exit_code == 0
    with sqlite3.connect(data / "kaleipix.db") as connection:
        assert connection.execute("SELECT count(*) FROM signal").fetchall() == [(0,)]
    assert asyncio.run(_seen_again(data)) == ["id-of-ann"], "and the next sign-in is recorded as ever"


async def _seen_again(data: Path) -> list[str]:
    parts = Container(Settings(data_dir=data))
    async with parts.db.unit_of_work() as uow:
        await parts.signals.record(uow, "id-of-ann", "sign_in", TRACES, profiled=True)
        found = await parts.signals.with_fingerprint(uow, TRACES.fingerprint)
    await parts.db.close()
    return list(found)


def test_a_database_from_before_the_signals_is_backed_up_too(data: Path) -> None:
    """And brought to the tables of this version on its way back."""
    for path in data.glob("kaleipix.db*"):
        path.unlink()
    url = f"sqlite+aiosqlite:///{data / 'kaleipix.db'}"
    older.make_tables_of(url, "0011")
    older.insert(url, {"user": older.PERSON, "generation": {**older.GENERATION, "prompt_starred": True}})
    assert _run("backup", "all.tar").exit_code == 0
    restored = _run("restore", "all.tar")
    assert restored.exit_code == 0, restored.output
    assert _names(data) == ["ann"]
    with sqlite3.connect(data / "kaleipix.db") as connection:
        assert connection.execute("SELECT prompt, mailed_at FROM generation").fetchall() == [("a sea", None)]
        assert connection.execute("SELECT count(*) FROM signal").fetchall() == [(0,)]


def test_who_was_erased_since_does_not_come_back(data: Path) -> None:
    assert _run("backup", "all.tar").exit_code == 0
    assert _run("erase", "ann@example.com", "--now").exit_code == 0
    restored = _run("restore", "all.tar")
    assert "Erased again, because it had been erased since: 1 person, 0 pictures, 0 prompts." in restored.stdout
    assert _names(data) == ["bob"]
    assert len(_pictures(data)) == 3
    for path in data.glob("kaleipix.db*"):
        assert b"ann@example.com" not in path.read_bytes()


def test_a_picture_that_was_deleted_for_ever_since_does_not_come_back(data: Path) -> None:
    """Nor does its prompt. What was only in the trash does: there it could be taken back too."""
    with sqlite3.connect(data / "kaleipix.db") as connection:
        connection.execute("UPDATE generation SET state = 'cancelled'")
        images = dict(connection.execute("SELECT owner_id, id FROM image").fetchall())
        prompts = dict(connection.execute("SELECT owner_id, id FROM generation").fetchall())
        (kept,) = connection.execute("SELECT storage_key FROM image WHERE owner_id = 'id-of-bob'").fetchone()
    before = _pictures(data)
    assert _run("backup", "all.tar").exit_code == 0
    parts = Container(Settings(data_dir=data))

    async def delete() -> None:
        for name in ("ann", "bob"):
            viewer = Viewer(f"id-of-{name}", name, f"{name}@example.com", False, "any")
            async with parts.db.unit_of_work() as uow:
                await parts.deletions.delete(uow, viewer, images[viewer.user_id])
            if name == "ann":
                await parts.deletions.erase(viewer, None, with_prompt=False)
                await parts.deletions.erase_prompt(viewer, prompts[viewer.user_id])
        parts.ingest.close()
        await parts.db.close()

    asyncio.run(delete())
    restored = _run("restore", "all.tar")
    assert restored.exit_code == 0, restored.output
    assert "0 people, 1 picture, 1 prompt." in restored.stdout
    assert _pictures(data) == {path for path in before if kept in path}
    with sqlite3.connect(data / "kaleipix.db") as connection:
        assert connection.execute("SELECT owner_id FROM image").fetchall() == [("id-of-bob",)]
        told = dict(connection.execute("SELECT owner_id, prompt FROM generation").fetchall())
    assert (told["id-of-ann"], bool(told["id-of-bob"])) == ("", True)
    assert images["id-of-ann"] not in (data / "erased.txt").read_text()
    assert "0 people, 0 pictures, 0 prompts." in _run("restore").stdout


@pytest.mark.parametrize("wrong", ["nothing", "text", "foreign", "damaged"])
def test_what_is_no_backup_changes_nothing(wrong: str, data: Path, tmp_path: Path) -> None:
    file, before = tmp_path / "wrong.tar", (_names(data), _pictures(data))
    if wrong == "text":
        file.write_text("no archive")
    elif wrong in ("foreign", "damaged"):
        (tmp_path / "x").write_text("x" * 5000)
        with tarfile.open(file, "w") as archive:
            archive.add(tmp_path / "x", "media/../../x" if wrong == "foreign" else "kaleipix.db")
    result = _run("restore", "wrong.tar")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "backup of Kaleipix" in line
    assert (_names(data), _pictures(data)) == before


def test_not_under_a_running_studio(data: Path) -> None:
    assert _run("backup", "all.tar").exit_code == 0
    with (data / "schedule.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Stop it first" in _run("restore", "all.tar").stderr
