"""One person from the first code to the last byte, with every mail read from a real mail server."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import finished, generate, sign_in, sign_up_by_hand
from tests.e2e.studio_server import ROOT, StudioServer, free_port


class Inbox:
    """A mail server that keeps what it got."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        mail = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        self.texts.append(str(mail.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
        return "250 OK"


class MailedStudio(StudioServer):
    """A studio whose mails travel by SMTP."""

    def __init__(self, data_dir: Path, inbox: Inbox, port: int) -> None:
        super().__init__(data_dir)
        self.settings = {"KALEIPIX_SMTP_URL": f"smtp://127.0.0.1:{port}", "KALEIPIX_MAIL_FROM": "studio@pix.example"}
        self._inbox = inbox

    def mails(self) -> list[str]:
        return list(self._inbox.texts)

    def restart(self) -> None:
        """Two codes within a minute are refused to one address, and nobody waits for that here."""
        self.stop()
        self.start(**self.settings)

    def a_month_later(self) -> None:
        """What the hourly cleanup does then."""
        day = (datetime.now(UTC) + timedelta(days=31)).date()
        own = {"KALEIPIX_DATA_DIR": str(self.data_dir), **self.settings}
        command = [sys.executable, "-m", "kaleipix_app", "retention", "run", "--as-of", str(day)]
        subprocess.run(command, cwd=ROOT, env=os.environ | own, check=True, capture_output=True)


@pytest.fixture
def mailed(tmp_path: Path) -> Iterator[MailedStudio]:
    inbox, port = Inbox(), free_port()
    mail_server = Controller(inbox, hostname="127.0.0.1", port=port)
    mail_server.start()
    studio = MailedStudio(tmp_path / "data", inbox, port)
    studio.start(**studio.settings)
    yield studio
    studio.stop()
    mail_server.stop()


def confirm(page: Page, studio: StudioServer, number: int) -> None:
    """The fresh code of the mail with this number."""
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Code").fill(studio.code(number))
    dialog.get_by_role("button", name="Confirm").click()


def take_a_copy(page: Page, studio: MailedStudio) -> None:
    """Everything in one file; a mail says that it is ready."""
    page.goto("/account/privacy")
    number = len(studio.mails())
    page.get_by_role("button", name="Make a copy").click()
    confirm(page, studio, number)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download your data").click()
    with ZipFile(started.value.path()) as archive:
        assert any(name.startswith("pictures/results/") for name in archive.namelist())
    assert any("copy of your data" in text for text in studio.mails()[number + 1 :])


def delete_account(page: Page, studio: MailedStudio) -> None:
    """From the account page to the farewell, with a code."""
    page.goto("/account")
    page.get_by_role("button", name="Delete account").click()
    number = len(studio.mails())
    page.get_by_role("dialog", name="Delete your account?").get_by_role("button", name="Delete my account").click()
    confirm(page, studio, number)
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_copy_deletion_return_and_the_end(size: str, mailed: MailedStudio, new_page: NewPage) -> None:
    page = new_page(mailed.url, size)
    sign_up_by_hand(page, mailed, "visitor")
    generate(page, "soon to be gone")
    finished(page, "soon to be gone")
    mailed.restart()
    take_a_copy(page, mailed)
    for _ in range(2):  # leaving, coming back within the 30 days, leaving again
        mailed.restart()
        page.goto("/login")
        sign_in(page, mailed, "visitor@example.com")
        page.wait_for_url("**/w/visitor")
        mailed.restart()
        delete_account(page, mailed)
    assert not [path for path in (mailed.data_dir / "media").rglob("*") if path.is_file()]
    mailed.stop()
    mailed.a_month_later()
    mailed.start(**mailed.settings)
    files = b"".join(path.read_bytes() for path in mailed.data_dir.glob("kaleipix.db*"))
    assert b"visitor@example.com" not in files
    page.goto("/login")
    sign_in(page, mailed, "visitor@example.com")
    expect(page.get_by_label("Username")).to_be_visible()  # a stranger, as on the first day
