"""A significant change while people work: mailed once, shown in every tab, gone once it is understood."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import finished, generate, sign_up
from tests.e2e.studio_server import ROOT, StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits

Keep = Callable[[Page, str], None]
_WORDS = "# Backups\n\nCopies of the database are kept for 14 days, encrypted, at a second place in the same country."


def publish(server: StudioServer, words: str) -> None:
    """As an operator does it, beside the running studio."""
    file = server.data_dir.parent / "words.md"
    file.write_text(words)
    day = str(datetime.now(UTC).date() + timedelta(days=7))
    own = {"KALEIPIX_PORT": str(server.port), "KALEIPIX_DATA_DIR": str(server.data_dir)}
    command = ["policy", "publish", str(file), "--effective", day, "--significant"]
    subprocess.run([sys.executable, "-m", "kaleipix_app", *command], cwd=ROOT, env=os.environ | own, check=True)


def mails_about(server: StudioServer, number: str, address: str) -> list[str]:
    """Those to this person about this version."""
    found = [path.read_text() for path in (server.data_dir / "outbox").glob("*.eml")]
    return [mail for mail in found if f"/privacy?version={number}&" in mail and f"To: {address}" in mail]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
def test_a_change_is_told_in_every_tab_until_it_is_understood(
    size: str, scheme: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size, scheme, bypass_csp=True)
    sign_up(page, server, f"told-{size}-{scheme}")
    generate(page, "a picture to look at")
    finished(page, "a picture to look at")
    other = page.context.new_page()
    other.goto("/account/privacy")
    expect(other.get_by_role("heading", name="What you confirmed")).to_be_visible()
    publish(server, f"{_WORDS}\n\nFor {size} and {scheme}.")
    for tab in (page, other):
        expect(tab.get_by_role("region", name="New privacy policy")).to_contain_text("The privacy policy changes on")
    expect(page.get_by_label("Prompt")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Generate")).to_be_in_viewport()
    name = f"policy-notice-{size}-{scheme}"
    assert_accessible(page, name)
    assert_fits(page, name)
    keep(page, name)
    keep(other, f"policy-notice-centre-{size}-{scheme}")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="What is different").click()
    changes = opened.value
    expect(changes.get_by_role("heading", name="What is different from version")).to_be_visible()
    expect(changes.locator("ins", has_text=f"For {size} and {scheme}.")).to_be_visible()
    assert_accessible(changes, f"policy-changes-{size}-{scheme}")
    assert_fits(changes, f"policy-changes-{size}-{scheme}")
    keep(changes, f"policy-changes-{size}-{scheme}")
    page.get_by_role("button", name="Understood").click()
    for tab in (page, other):
        expect(tab.get_by_role("region", name="New privacy policy")).to_have_count(0)
    expect(other.get_by_text("You know version")).to_have_count(1)
    for tab in (page, other):
        tab.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(other.get_by_text("You know version")).to_have_count(1)
    for tab in (page, other):
        expect(tab.get_by_role("region", name="New privacy policy")).to_have_count(0)
    number = changes.url.split("version=")[1].split("&")[0]
    assert len(mails_about(server, number, f"told-{size}-{scheme}@example.com")) == 1
