"""What a person does in the browser, by the names of the contract."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings
from tests.conftest import PHOTOS
from tests.e2e.studio_server import StudioServer
from tests.made import made


def sign_up(page: Page, server: StudioServer, username: str) -> None:
    """An empty studio, by what the login page asks of the server but without that page: two page loads fewer."""
    number = len(server.mails())
    _ask(page, server, "code", email=f"{username}@example.com")
    _ask(page, server, "verify", code=server.code(number))
    _ask(page, server, "register", username=username, adult=True)
    page.goto(f"/w/{username}")
    expect(page.get_by_label("Prompt")).to_be_enabled()


def _ask(page: Page, server: StudioServer, step: str, **fields: str | bool) -> None:
    answer = page.request.post(f"/api/session/{step}", data=fields, headers={"origin": server.url})
    assert answer.ok, answer.text()


def sign_up_by_hand(page: Page, server: StudioServer, username: str) -> None:
    """From the landing page to an empty studio, as a person does it."""
    page.goto("/")
    page.get_by_role("link", name="Open the studio").click()
    sign_in(page, server, f"{username}@example.com")
    page.get_by_label("Username").fill(username)
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Create workspace").click()
    page.wait_for_url(f"**/w/{username}")
    expect(page.get_by_label("Prompt")).to_be_enabled()


def sign_in(page: Page, server: StudioServer, address: str) -> None:
    """Address and code, on the login page."""
    number = len(server.mails())
    page.get_by_label("Email").fill(address)
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(server.code(number))
    page.get_by_role("button", name="Sign in").click()


def add_source(page: Page, photo: Path) -> None:
    """Pick a file and wait until it is in the tray."""
    page.get_by_label("Add source image").set_input_files(photo)
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()


def choose_model(page: Page, name: str) -> None:
    """By the vendor's name."""
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name=name).click()


def understand(page: Page) -> None:
    """Read where the picture goes, and let it go there."""
    page.get_by_role("dialog", name="Before the first picture from").get_by_role("button", name="I understand").click()


def generate(page: Page, prompt: str) -> None:
    """Write and click."""
    page.get_by_label("Prompt").fill(prompt)
    page.get_by_role("button", name="Generate").click()


def result(page: Page, prompt: str) -> Locator:
    """The first finished picture of this prompt."""
    return page.get_by_role("img", name=re.compile(f"^{re.escape(prompt)}")).first


def finished(page: Page, prompt: str) -> str:
    """Wait for it; returns the picture's id."""
    picture = result(page, prompt)
    expect(picture).to_be_visible(timeout=40_000)  # both cores may be busy with other tests
    src = picture.get_attribute("src") or ""
    assert re.fullmatch(r"/media/[a-z0-9]+/(preview|thumb|original)", src), src
    return src.split("/")[2]


def balance(page: Page) -> int:
    """Spendable credits as the page says."""
    text = page.get_by_role("status", name="Credits").inner_text()
    return int(text.split()[0])


class Fingers:
    """On the glass of a phone."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def down(self, *points: tuple[float, float]) -> None:
        self._touch("touchStart", points)

    def move(self, *points: tuple[float, float]) -> None:
        self._touch("touchMove", points)

    def up(self) -> None:
        self._touch("touchEnd", ())

    def _touch(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        given = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})


def sign_in_elsewhere(page: Page, server: StudioServer, username: str) -> None:
    """A second browser of the same person, as the sign-in leaves it: a second code within a minute is refused."""
    secret = secrets.token_urlsafe(32)
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:
        db.execute(
            "INSERT INTO login_session (id, token_hash, user_id, device, created_at, last_seen_at, expires_at)"
            " SELECT ?, ?, user_id, 'Firefox on Linux', created_at, last_seen_at, expires_at FROM login_session"
            " WHERE user_id = (SELECT id FROM user WHERE username = ?) LIMIT 1",
            (secret[:26], hashlib.sha256(secret.encode()).hexdigest(), username),
        )
    page.context.add_cookies([{"name": "kaleipix_session", "value": secret, "url": server.url}])
    page.goto(f"/w/{username}")
    expect(page.get_by_label("Prompt")).to_be_enabled()


def a_past(server: StudioServer, username: str, generations: int, *, count: int = 1) -> None:
    """A history of this person; in a thread, because Playwright's own loop runs in this one."""
    owner = _id_of(server, username)
    picture = (PHOTOS / "coffee.png").read_bytes()

    async def work(parts: Container) -> None:
        for number in range(generations):
            await made(parts, owner, number, f"a picture, number {number}", count=count, picture=picture)

    _behind(server, work)


def given(server: StudioServer, username: str, credits: int) -> None:
    """As an operator gives them."""
    owner = _id_of(server, username)

    async def work(parts: Container) -> None:
        async with parts.db.unit_of_work() as uow:
            await parts.ledger.grant(uow, owner, credits, "A gift")

    _behind(server, work)


def _id_of(server: StudioServer, username: str) -> str:
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:
        (found,) = db.execute("SELECT id FROM user WHERE username = ?", (username,)).fetchone()
    return str(found)


def _behind(server: StudioServer, work: Callable[[Container], Awaitable[None]]) -> None:
    """Done to the studio's data behind its back."""

    async def done() -> None:
        parts = Container(Settings(data_dir=server.data_dir))
        await work(parts)
        parts.ingest.close()
        await parts.db.close()

    thread = threading.Thread(target=asyncio.run, args=(done(),))
    thread.start()
    thread.join()
