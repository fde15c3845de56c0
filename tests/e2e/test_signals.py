"""What a real browser leaves of itself at a sign-in: a hash if the library runs, and nothing that anybody waits for."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Frame, Page, Request, Route, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import sign_in
from tests.e2e.studio_server import StudioServer

_LIBRARY = re.compile(r"/assets/fp\.esm-[\w-]+\.js$")
_HASH = re.compile(r"^[0-9a-f]{64}$")


def watched(page: Page) -> list[Request]:
    """Every request of the page, as they come."""
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request))
    return seen


def framed(page: Page) -> list[Frame]:
    """Every frame within the page, as they come."""
    seen: list[Frame] = []
    page.on("frameattached", lambda frame: seen.append(frame))
    return seen


def choose_username(page: Page, username: str, *, fingerprint: bool) -> None:
    """The last step of a first sign-in; with `fingerprint` only once it is worked out."""
    if fingerprint:
        expect(page.locator("input[name=fingerprint]")).to_have_value(_HASH)
    page.get_by_label("Username").fill(username)
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url(f"**/w/{username}")
    expect(page.get_by_label("Prompt")).to_be_enabled()


def signal_of(server: StudioServer, username: str) -> sqlite3.Row:
    """The one that this person's sign-up has left."""
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:
        db.row_factory = sqlite3.Row
        (row,) = db.execute(
            'SELECT signal.* FROM signal JOIN "user" ON "user".id = signal.user_id WHERE username = ?', (username,)
        ).fetchall()
    assert isinstance(row, sqlite3.Row)
    return row


def sent(seen: list[Request], step: str) -> dict[str, str]:
    """The body of the last request of this step."""
    (*_, last) = (one for one in seen if one.url.endswith(f"/api/session/{step}"))
    body = last.post_data_json
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize("size", SIZES)
def test_two_accounts_of_one_browser_leave_the_same_hash(size: str, server: StudioServer, new_page: NewPage) -> None:
    bodies, stored = [], []
    for name in (f"one-{size}", f"two-{size}"):
        page = new_page(server.url, size)  # each without cookies or storage of the other
        seen = watched(page)
        frames = framed(page)
        page.goto("/login")
        expect(page.get_by_label("Email")).to_be_enabled()
        assert not [one for one in seen if _LIBRARY.search(one.url)], "who only looks is not looked at"
        sign_in(page, server, f"{name}@example.com")
        choose_username(page, name, fingerprint=True)
        assert frames == [], "no hidden frames: they confuse whoever watches the page"
        bodies.append(sent(seen, "register"))
        stored.append(signal_of(server, name))
        at_login = len([one for one in seen if _LIBRARY.search(one.url)])
        page.goto(f"/w/{name}")
        expect(page.get_by_label("Prompt")).to_be_enabled()
        assert len([one for one in seen if _LIBRARY.search(one.url)]) == at_login == 1, "the studio does without"
    assert bodies[0]["fingerprint"] == bodies[1]["fingerprint"]
    assert set(bodies[0]) == {"username", "adult", "next", "fingerprint"}
    assert stored[0]["fingerprint_hash"] == stored[1]["fingerprint_hash"]
    assert _HASH.match(stored[0]["fingerprint_hash"])
    assert stored[0]["fingerprint_hash"] != bodies[0]["fingerprint"], "what was sent is not what is kept"
    assert (stored[0]["kind"], stored[0]["user_agent"][:12]) == ("sign_up", "Mozilla/5.0 ")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("how", ["blocked", "never there"])
def test_nobody_waits_for_the_library(how: str, size: str, server: StudioServer, new_page: NewPage) -> None:
    name = f"{how.replace(' ', '-')}-{size}"
    page = new_page(server.url, size)
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if how == "blocked":
            route.abort()

    page.route(_LIBRARY, answer)
    page.goto("/login")
    sign_in(page, server, f"{name}@example.com")
    choose_username(page, name, fingerprint=False)
    assert len(asked) == 1
    stored = signal_of(server, name)
    assert stored["fingerprint_hash"] is None
    assert _HASH.match(stored["address_hash"])
    for route in asked if how != "blocked" else ():
        route.abort()
