"""Without a mail server the operator still gets every mail: in the terminal and as a file."""

from __future__ import annotations

import re
import stat
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.mail.messages import sign_in_code
from kaleipix_app.backend.mail.outbox import OutboxMailer
from kaleipix_app.backend.settings import BadSettings

CODE = re.compile("[A-Z0-9]{4}-[A-Z0-9]{4}")
MAIL = sign_in_code(to="ann@example.com", code="K7QF2M9D", url="http://localhost:3000", minutes=10)
SENDER = "Kaleipix <no-reply@localhost>"


def _only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


async def test_the_file_is_a_whole_mail_that_any_mail_program_opens(tmp_path: Path) -> None:
    await OutboxMailer(tmp_path / "outbox", SENDER, show=lambda _text: None).send(MAIL)

    path = _only_file(tmp_path / "outbox")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert path.suffix == ".eml"
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == ("ann@example.com", SENDER, "auto-generated")
    assert re.fullmatch(r"<\S+@localhost>", mail["Message-ID"])
    assert parsedate_to_datetime(mail["Date"]).tzinfo
    assert mail.get_content_type() == "text/plain"
    assert not mail.defects


async def test_a_script_finds_the_code_exactly_once_in_file_and_terminal(tmp_path: Path) -> None:
    shown: list[str] = []
    await OutboxMailer(tmp_path / "outbox", SENDER, show=shown.append).send(MAIL)

    assert CODE.findall(_only_file(tmp_path / "outbox").read_text()) == ["K7QF-2M9D"]
    assert CODE.findall(shown[0]) == ["K7QF-2M9D"]
    assert "ann@example.com" in shown[0]


async def test_the_terminal_is_the_default_and_is_not_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await OutboxMailer(tmp_path, SENDER).send(MAIL)

    output = capsys.readouterr()
    assert "K7QF-2M9D" in output.out
    assert output.err == ""
    assert output.out.isascii()


async def test_nobody_else_on_the_machine_can_read_it(tmp_path: Path) -> None:
    await OutboxMailer(tmp_path / "outbox", SENDER, show=lambda _text: None).send(MAIL)

    assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700
    assert stat.S_IMODE(_only_file(tmp_path / "outbox").stat().st_mode) == 0o600


async def test_a_folder_that_cannot_be_written_is_a_failed_mail(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    shown: list[str] = []

    with pytest.raises(MailFailed) as failed:
        await OutboxMailer(tmp_path / "outbox", SENDER, show=shown.append).send(MAIL)
    assert not failed.value.permanent
    assert shown == []


async def test_an_address_cannot_smuggle_headers_in(tmp_path: Path) -> None:
    mail = Message(to="ann@example.com\nBcc: all@example.com", subject="x", text="x")

    with pytest.raises(ValueError, match=r"CR or LF|invalid"):
        await OutboxMailer(tmp_path, SENDER).send(mail)


@pytest.mark.parametrize("sender", ["Kaleipix", "", "no-reply@", "a b <c d>"])
def test_a_bad_from_address_stops_the_start(tmp_path: Path, sender: str) -> None:
    with pytest.raises(BadSettings, match="KALEIPIX_MAIL_FROM"):
        OutboxMailer(tmp_path, sender)
