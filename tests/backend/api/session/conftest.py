"""The sign-in routes with the whole desk behind them, and browsers to use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kaleipix_app.backend.abuse.guesses import Guesses
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.api import answers, session
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.tokens import Keyring
from tests.backend.accounts.desk import Desk, make_desk
from tests.backend.api.session.web import NewBrowser
from tests.conftest import MovableClock

URL = "https://pix.example"


@pytest.fixture
def desk(db: Database, clock: MovableClock, keyring: Keyring, tmp_path: Path) -> Desk:
    return make_desk(db, clock, keyring, tmp_path, public_url=URL, trusted_proxies=("10.0.0.1",))


@pytest.fixture
def app(desk: Desk, clock: MovableClock) -> Starlette:
    cookies = Cookies.of(desk.settings)
    identity = Identity(desk.db, desk.sessions, cookies)
    guesses, networks = Guesses(desk.limiter, clock), Networks(desk.settings.trusted_proxies)

    async def who(request: Request) -> JSONResponse:
        return JSONResponse((await identity.require(request)).username)

    return Starlette(
        routes=[
            *session.routes(desk.db, desk.signin, desk.sessions, cookies, guesses, networks),
            Route("/who", who),
        ],
        exception_handlers={KaleipixError: answers.expected, Exception: answers.unexpected},
    )


@pytest.fixture
async def new_browser(app: Starlette) -> AsyncIterator[NewBrowser]:
    """Browsers without cookies, each with its own address."""
    opened: list[httpx.AsyncClient] = []

    def new_browser(address: str = "203.0.113.7") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 4711))
        opened.append(httpx.AsyncClient(transport=transport, base_url=URL))
        return opened[-1]

    yield new_browser
    for client in opened:
        await client.aclose()


@pytest.fixture
def browser(new_browser: NewBrowser) -> httpx.AsyncClient:
    return new_browser()
