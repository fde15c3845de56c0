"""`policy publish` from the command line."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.privacy.models import PolicyVersion
from kaleipix_app.backend.settings import Settings
from tests.e2e.studio_server import ROOT, free_port
from tests.factories import a_person

TOMORROW = str(datetime.now(UTC).date() + timedelta(days=1))


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    """An installation in which Ann has signed in once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "words.md").write_text("Backups are kept for 14 days.")
    (tmp_path / "empty.md").write_text("\n")
    (tmp_path / "latin.md").write_bytes(b"na\xefve")
    made = Container(Settings(data_dir=tmp_path / "data"))

    async def prepare() -> None:
        await upgrade(made.settings.database_url)
        await made.policies.publish()
        async with made.db.unit_of_work() as uow:
            await a_person(uow, "ann", made.clock.now())
        await made.db.close()

    asyncio.run(prepare())
    return made


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", "publish", *arguments])


def _numbers(parts: Container) -> list[int]:
    async def read() -> list[int]:
        async with parts.db.reading() as uow:
            found = await uow.session.exec(select(PolicyVersion.number).where(PolicyVersion.document == "privacy"))
            numbers = sorted(found.all())
        await parts.db.close()
        return numbers

    return asyncio.run(read())


def test_it_publishes_and_mails_once_and_says_so(parts: Container) -> None:
    outbox = parts.settings.data_dir / "outbox"
    first = _run("words.md", "--effective", TOMORROW, "--significant")
    assert first.exit_code == 0, first.output
    assert "Version 2 of the privacy policy, of" in first.stdout
    assert "1 mail is sent" in first.stdout
    again = _run("words.md", "--effective", TOMORROW, "--significant")
    assert again.exit_code == 1
    assert again.stderr.splitlines()[-1].endswith("has this very text already, so nothing was changed.")
    assert [path.read_text().count("To: ann@example.com") for path in outbox.glob("*.eml")] == [1]
    assert _numbers(parts) == [1, 2]


def test_mails_that_were_left_are_sent_by_the_same_command(parts: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_SMTP_URL", "smtp://127.0.0.1:9")  # discard: nobody listens there
    first = _run("words.md", "--effective", TOMORROW, "--significant")
    assert first.exit_code == 1
    assert "is published, but 1 mail could not be sent" in first.stderr
    monkeypatch.delenv("KALEIPIX_SMTP_URL")
    again = _run("words.md", "--effective", TOMORROW, "--significant")
    assert again.exit_code == 0, again.output
    assert "was published before; 1 mail that was left is sent" in again.stdout
    assert _numbers(parts) == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nothing.md", "--effective", TOMORROW), "nothing.md cannot be read: No such file or directory."),
        ((".", "--effective", TOMORROW), "cannot be read: Is a directory."),
        (("empty.md", "--effective", TOMORROW), "empty.md is empty."),
        (("latin.md", "--effective", TOMORROW), "latin.md is not UTF-8 text."),
        (("words.md", "--effective", "2027-02-30"), "2027-02-30 is no day."),
        (("words.md", "--effective", "soon"), "soon is no day."),
        (("words.md", "--effective", "2020-01-01"), "2020-01-01 is over"),
    ],
)
def test_what_cannot_be_published_is_one_line_and_changes_nothing(
    arguments: tuple[str, ...], reason: str, parts: Container
) -> None:
    result = _run(*arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert reason in line
    assert _numbers(parts) == [1]


class HoldsTheThird:
    """A mail server that keeps addresses, and leaves the third mail without an answer until it is told to go on."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.reached, self.released = threading.Event(), threading.Event()

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _o: Any) -> str:
        if len(self.got) == 2 and not self.released.is_set():
            self.reached.set()
            await asyncio.Event().wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.got += envelope.rcpt_tos
        return "250 OK"


def test_a_killed_command_is_run_again_and_nobody_gets_two_mails(parts: Container) -> None:
    names = ["bob", "cleo", "dan", "eve"]

    async def more_people() -> None:
        async with parts.db.unit_of_work() as uow:
            for name in names:
                await a_person(uow, name, parts.clock.now())
        await parts.db.close()

    asyncio.run(more_people())
    holder, port = HoldsTheThird(), free_port()
    server = Controller(holder, hostname="127.0.0.1", port=port)
    server.start()
    try:
        words = parts.settings.data_dir.parent / "words.md"
        arguments = ["policy", "publish", str(words), "--effective", TOMORROW, "--significant"]
        command = [sys.executable, "-m", "kaleipix_app", *arguments]
        own = {"KALEIPIX_DATA_DIR": str(parts.settings.data_dir), "KALEIPIX_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        first = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL)
        assert holder.reached.wait(60)
        first.kill()
        first.wait()
        holder.released.set()
        again = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True)
    finally:
        server.stop()
    assert again.returncode == 0, again.stderr
    assert "was published before; 3 mails that were left are sent" in again.stdout
    assert sorted(holder.got) == [f"{name}@example.com" for name in ["ann", *names]]
