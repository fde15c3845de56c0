"""A walk over every page, signed in and out: what browsers hold is on the cookie page, and nobody else was asked."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from playwright.sync_api import Page, expect

from kaleipix_app.backend.privacy import datamap
from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import add_source, finished, generate
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_shares import create_link, open_share
from tests.e2e.walk import Holdings, every_page, filled

_UNKNOWN = "/nothing-here"


def listed(page: Page) -> tuple[set[str], set[tuple[str, str]]]:
    """What the cookie page says: names of cookies, and (store, key) of what else is kept."""
    page.goto("/cookies")
    cookies = page.get_by_role("table", name="Cookies").locator("tbody code").all_inner_texts()
    keys = page.get_by_role("table", name="Browser storage").locator("tbody th")
    return set(cookies), {(row.locator("small").inner_text(), row.locator("code").inner_text()) for row in keys.all()}


def sign_up_and_note(page: Page, server: StudioServer, note: Callable[[], None]) -> None:
    """Every step of the sign-up on its way."""
    page.goto("/")
    page.get_by_role("button", name="Switch between dark and light").click()
    note()
    page.get_by_role("link", name="Open the studio").click()
    page.get_by_label("Email").fill("walker@example.com")
    number = len(server.mails())
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(server.code(number))
    note()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Username").fill("walker")
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Create workspace").click()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    note()


def a_link(page: Page, title: str, passcode: str = "") -> str:
    """A share link of the picture on the stage; returns its token."""
    open_share(page)
    page.get_by_label("Title").fill(title)
    if passcode:
        page.get_by_label("Ask for a passcode").check()
        page.get_by_label("Passcode", exact=True).fill(passcode)
    address = create_link(page)
    page.keyboard.press("Escape")
    return address.rsplit("/", 1)[1]


def test_a_walk_leaves_only_what_the_cookie_page_lists(server: StudioServer, new_page: NewPage, tmp_path: Path) -> None:
    pages = every_page(tmp_path / "data")
    assert {"/", "/login", "/account/privacy", "/privacy", "/s/{token}"} <= set(pages)
    held = Holdings()
    page = held.watch(new_page(server.url), server.url)  # which fails at any request elsewhere
    nobody = {"username": "walker", "token": "0" * 40}
    held.visit(page, *(filled(one, nobody) for one in pages), _UNKNOWN)

    sign_up_and_note(page, server, lambda: held.note(page))
    add_source(page, PHOTOS / "coffee.png")
    page.get_by_label("Prompt").fill("half a prompt")
    held.note(page)
    generate(page, "a walk")
    finished(page, "a walk")
    open_token, locked_token = a_link(page, "Open"), a_link(page, "Locked", "anchor")
    mine = {"username": "walker", "token": open_token}
    held.visit(page, *(filled(one, mine) for one in pages), _UNKNOWN)

    viewer = held.watch(new_page(server.url), server.url)
    held.visit(viewer, f"/s/{open_token}", f"/s/{locked_token}")
    viewer.get_by_label("Passcode").fill("anchor")
    viewer.get_by_role("button", name="Open").click()
    expect(viewer.get_by_role("heading", level=1)).to_have_text("Locked")
    held.note(viewer)

    page.goto("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{server.url}/")
    held.visit(page, *(filled(one, mine) for one in pages), _UNKNOWN)

    cookies, kept = listed(page)
    assert held.elsewhere == []
    assert held.cookies == cookies, "each cookie is listed, and each that is listed is one"
    assert held.kept - kept == set(), "not on the cookie page"
    assert ("sessionStorage", "kaleipix.prompt") in held.kept
    assert set(held.visited) >= {"/w/walker/library", "/w/walker/shares", f"/s/{open_token}", f"/s/{locked_token}"}
    assert [path for path in held.visited if set(path) & set("[]{}")] == []
    folder = server.data_dir
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    patterns = [*datamap.TECHNICAL_FILES, *(pattern for one in datamap.CATEGORIES for pattern in one.files)]
    assert [name for name in files if not any(fnmatch(name, pattern) for pattern in patterns)] == []
