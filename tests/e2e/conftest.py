"""Browser tests: a real studio, a real Chromium, at both sizes. Any CSP violation or foreign request fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.e2e.remote import remote_studio
from tests.e2e.studio_server import StudioServer

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
ARTEFACTS = Path(__file__).parents[1] / "artefacts"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

expect.set_options(timeout=15_000)


def chromium_path() -> str:
    """The browser of the system; `make test` installs it where it can."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise AssertionError("No Chromium found. Install it, or set CHROMIUM to its path.")
    return found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Not for the whole session: while it runs, its event loop keeps asynchronous tests from having theirs."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=chromium_path(), args=_FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """One studio for a module's tests."""
    studio = StudioServer(tmp_path_factory.mktemp("studio") / "data").start()
    yield studio
    studio.stop()


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """The same with fal's models."""
    with remote_studio(tmp_path_factory.mktemp("studio")) as studio:
        yield studio


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens a page in a browser of its own, and watches it to the end."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(base: str, size: str = "desktop", scheme: str = "dark", **options: bool) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            has_touch=size == "phone",
            is_mobile=size
            == "phone",  # a meta viewport that counts: what is too wide shrinks the page, as it does there
            base_url=base,
            accept_downloads=True,
            **options,  # type: ignore[arg-type]
        )
        contexts.append(context)
        allowed = (base, base.replace("http", "ws", 1), "data:", "blob:")

        def requested(request: Request) -> None:
            if not request.url.startswith(allowed):
                wrong.append(f"request elsewhere: {request.url}")

        def said(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text or "Uncaught" in message.text:
                wrong.append(message.text)

        context.on("request", requested)
        context.on("console", said)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a screenshot as an artefact, to be looked at."""

    def shoot(page: Page, name: str) -> None:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png")

    return shoot
