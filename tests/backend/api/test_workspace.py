"""`/w/<username>`: the owner gets in, everybody else learns nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.accounts.models import LoginSession, User
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.api.plain_pages import not_found
from kaleipix_app.backend.api.workspace import Pass, WorkspaceGate
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed
from tests.conftest import MovableClock


@dataclass
class House:
    """A gate, and two people at it."""

    gate: WorkspaceGate
    ann: str
    bob: str

    async def ask(self, path: str, secret: str = "", query: str = "", host: str = "localhost") -> Response | Pass:
        headers = [(b"host", host.encode()), (b"cookie", f"kaleipix_session={secret}".encode())]
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers}
        return await self.gate(HTTPConnection({**scope, "scheme": "http", "server": ("x", 80), "root_path": ""}))


@pytest.fixture
async def house(db: Database, clock: MovableClock) -> House:
    sessions = Sessions(clock)
    secrets = []
    async with db.unit_of_work() as uow:
        for name in ("ann", "bob"):
            now = clock.now()
            user = User(
                id=name,
                email=f"{name}@example.com",
                email_typed=f"{name}@example.com",
                username=name,
                username_skeleton=name,
                adult_confirmed_at=now,
                created_at=now,
            )
            uow.session.add(user)
            await uow.session.flush()
            secrets.append(await sessions.start(uow, user))
    gate = WorkspaceGate(Identity(db, sessions, Cookies(secure=False)), db, sessions, not_found)
    return House(gate, *secrets)


def _seen(answer: Response | Pass) -> tuple[int, str]:
    assert isinstance(answer, Response)
    return answer.status_code, answer.headers["location"]


async def test_the_owner_gets_in(house: House) -> None:
    assert await house.ask("/w/ann", house.ann) == Pass()
    assert _seen(await house.ask("/w/ann/", house.ann)) == (303, "/w/ann")
    assert await house.ask("/w/ann/shares", house.ann) == Pass()
    assert _seen(await house.ask("/w/ann/shares/", house.ann)) == (303, "/w/ann/shares")


@pytest.mark.parametrize(
    "path",
    [
        "/w/ann",
        "/w/ann/",
        "/w/nobody",
        "/w/",
        "/w/Bob",
        "/w/BOB",
        "/w/bob/attic",
        "/w/bob?x",
        "/w/bob//",
        "/w/%62ob",
        "/w/bоb",
    ],
)
async def test_another_person_gets_the_unknown_page_whether_it_exists_or_not(house: House, path: str) -> None:
    answer = await house.ask(path, house.bob)
    assert isinstance(answer, Response)
    assert answer.status_code == 404
    assert answer.body == not_found().body
    assert answer.headers == not_found().headers


@pytest.mark.parametrize("path", ["/w/ann", "/w/nobody", "/w/ann/library", "/w/", "/w/%61nn"])
async def test_signed_out_is_sent_to_sign_in_whether_it_exists_or_not(house: House, path: str) -> None:
    status, location = _seen(await house.ask(path))
    assert status == 303
    assert location == f"/login?next={path.replace('%', '%2525')}"


async def test_where_to_go_next_cannot_leave_the_parameter(house: House) -> None:
    _, location = _seen(await house.ask("/w/ann&next=x#y?z", query="a=1&next=//evil.example"))
    assert location == "/login?next=/w/ann%2526next%253Dx%2523y%253Fz%3Fa%3D1%26next%3D//evil.example"


async def test_an_ended_session_is_signed_out(house: House, db: Database, clock: MovableClock) -> None:
    async with db.unit_of_work() as uow:
        await Sessions(clock).end(uow, house.ann)
    assert _seen(await house.ask("/w/ann", house.ann)) == (303, "/login?next=/w/ann")


async def test_the_landing_page_takes_people_home(house: House) -> None:
    assert _seen(await house.ask("/", house.bob)) == (303, "/w/bob")
    assert await house.ask("/") == Pass()


async def test_the_host_header_decides_nothing(house: House) -> None:
    assert await house.ask("/login", house.ann, host="x/w/ann?") == Pass()
    assert _seen(await house.ask("/w/bob", host="[")) == (303, "/login?next=/w/bob")


async def test_opening_the_studio_keeps_the_session_from_going_idle(
    house: House, db: Database, clock: MovableClock
) -> None:
    for path in ("/w/ann", "/account", "/plans"):
        clock.move(hours=7)
        assert await house.ask(path, house.ann) == Pass()
    async with db.reading() as uow:
        session = await uow.session.get(LoginSession, await _session_id(house, db, clock))
    assert session is not None
    assert session.last_seen_at == clock.now()


async def _session_id(house: House, db: Database, clock: MovableClock) -> str:
    async with db.reading() as uow:
        viewer = await Sessions(clock).viewer(uow, house.ann)
    assert viewer is not None
    return viewer.session_id


@pytest.mark.parametrize("path", ["/account", "/account/", "/account.html"])
async def test_the_account_page_is_for_who_is_signed_in(house: House, path: str) -> None:
    assert _seen(await house.ask(path)) == (303, "/login?next=/account")
    assert _seen(await house.ask(path, query="a=1")) == (303, "/login?next=/account%3Fa%3D1")
    if path == "/account":
        assert await house.ask(path, house.ann) == Pass()
    else:
        assert _seen(await house.ask(path, house.ann)) == (303, "/account")


@pytest.mark.parametrize("path", ["/w/ann", "/account", "/plans"])
async def test_opening_a_page_gives_the_cookie_its_daily_new_secret(
    house: House, clock: MovableClock, path: str
) -> None:
    clock.move(days=1)
    verdict = await house.ask(path, house.ann)
    assert isinstance(verdict, Pass)
    cookie, _, flags = verdict.set_cookie.partition("; ")
    assert flags == "HttpOnly; Max-Age=5184000; Path=/; SameSite=lax"
    name, _, secret = cookie.partition("=")
    assert name == "kaleipix_session"
    assert secret not in ("", house.ann)
    assert await house.ask(path, secret) == Pass()
    assert await house.ask(path, house.ann) == Pass(), "another tab still comes with the old one"


@pytest.mark.parametrize("path", ["/w/ann", "/account", "/plans"])
async def test_a_database_that_cannot_be_written_hides_no_page(
    house: House, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def full(*_: object) -> None:
        raise DatabaseFailed

    monkeypatch.setattr(Sessions, "seen", full)
    clock.move(days=1)
    assert await house.ask(path, house.ann) == Pass()


async def test_neither_a_redirect_nor_a_strangers_page_gives_a_new_secret(house: House, clock: MovableClock) -> None:
    clock.move(days=1)
    for path in ("/", "/w/ann/", "/w/bob", "/account/"):
        answer = await house.ask(path, house.ann)
        assert isinstance(answer, Response)
        assert "set-cookie" not in answer.headers
