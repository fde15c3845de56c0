"""Policies, privacy centre, deletion and return in a real browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import finished, generate, sign_in, sign_up
from tests.e2e.studio_server import ROOT, StudioServer
from tests.e2e.test_accessibility import look_at

Keep = Callable[[Page, str], None]


def confirm(page: Page, server: StudioServer, number: int) -> None:
    """Type the fresh code."""
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Code").fill(server.code(number))
    dialog.get_by_role("button", name="Confirm").click()


def answer(server: StudioServer, username: str, text: str) -> None:
    """What the operator does at the command line for this person's request."""
    command = [sys.executable, "-m", "kaleipix_app", "requests"]
    env = os.environ | {"KALEIPIX_DATA_DIR": str(server.data_dir), "KALEIPIX_PUBLIC_URL": server.url}
    listed = subprocess.run([*command, "list", "--json"], env=env, capture_output=True, check=True, cwd=ROOT)
    (reference,) = (one["id"] for one in json.loads(listed.stdout) if one["username"] == username)
    subprocess.run([*command, "answer", reference, "--text", text], env=env, check=True, cwd=ROOT)


@pytest.mark.parametrize("size", SIZES)
def test_deleted_and_back_again(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"leaver-{size}")
    generate(page, "soon to be gone")
    picture = finished(page, "soon to be gone")
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Delete account").click()
    dialog = page.get_by_role("dialog", name="Delete your account?")
    expect(dialog).to_contain_text("within 30 days")
    keep(page, f"delete-account-{size}")
    number = len(server.mails())
    dialog.get_by_role("button", name="Delete my account").click()
    confirm(page, server, number)
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    keep(page, f"account-deleted-{size}")
    assert page.request.get(f"/media/{picture}/preview").status == 404
    assert page.request.get(f"/w/leaver-{size}", max_redirects=0).status == 303
    assert picture not in str(list((server.data_dir / "media").rglob("*")))
    server.stop()  # two codes within a minute are refused to one address, and nobody waits for that here
    server.start()
    page.goto("/login")
    sign_in(page, server, f"leaver-{size}@example.com")
    page.wait_for_url(f"**/w/leaver-{size}")
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(page.get_by_role("img", name="soon to be gone")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_privacy_centre_shows_copies_and_acts(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"reader-{size}")
    generate(page, "for the copy")
    finished(page, "for the copy")
    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Open the privacy centre").click()
    expect(page.get_by_text("Generated images")).to_be_visible()
    number = len(server.mails())
    page.get_by_role("button", name="Make a copy").click()
    confirm(page, server, number)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download your data").click()
    with ZipFile(started.value.path()) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert len([one for one in manifest["files"] if one["path"].startswith("pictures/results/")]) == 1
    keep(page, f"privacy-centre-{size}")
    page.get_by_role("button", name="Restrict", exact=True).click()
    expect(page.get_by_text("Your data is only kept from now on.")).to_be_visible()
    page.get_by_role("button", name="Lift restriction").click()
    expect(page.get_by_text("Everything works again.")).to_be_visible()
    page.get_by_label("Ask for something else").fill("Who saw my data?")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Answered by")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Who saw my data?")).to_be_visible()
    answer(server, f"reader-{size}", "Nobody but you.")
    page.reload()
    expect(page.get_by_text("Answered on")).to_be_visible()
    expect(page.get_by_text("Nobody but you.")).to_be_visible()
    assert "Nobody but you." in server.mails()[-1]


@pytest.mark.parametrize("size", SIZES)
def test_the_new_pages_are_for_everyone(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size, bypass_csp=True)

    def look(state: str) -> None:
        look_at(page, state, size, keep)

    for path in ("privacy", "terms", "cookies", "account/deleted"):
        page.goto(f"/{path}")
        look(path.replace("/", "-"))
    sign_up(page, server, f"everyone-{size}")
    page.goto("/account")
    page.get_by_role("button", name="Delete account").click()
    look("delete-account")
    page.goto("/account/privacy")
    page.get_by_label("Ask for something else").fill("What is stored about me?")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Answered by")).to_be_visible()
    answer(server, f"everyone-{size}", "Your address, your name and this request.\nNothing else.")
    page.get_by_label("Ask for something else").fill("And since when?")
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("And since when?").last).to_be_visible()
    look("privacy-centre")
    page.reload()
    page.get_by_text("Answered on").scroll_into_view_if_needed()
    keep(page, f"privacy-requests-{size}")


@pytest.mark.parametrize("scripts", [True, False])
def test_policies_are_whole_without_scripts_and_found_from_every_first_page(
    scripts: bool, server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, java_script_enabled=scripts)
    for first in ("/", "/login"):
        for name in ("Privacy", "Terms", "Cookies"):
            page.goto(first)
            page.get_by_role("navigation", name="Policies").get_by_role("link", name=name).click()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.url == f"{server.url}/{name.lower()}"
    page.goto("/privacy")
    expect(page.get_by_text("Account lifetime + 30 days").first).to_be_visible()
