"""What is refused over HTTP, and with which words: wrong codes, limits, names, ages, broken requests."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.backend.accounts.desk import Desk, other_code
from tests.backend.api.session.web import NewBrowser, error, post, set_cookies, sign_in, sign_up
from tests.conftest import MovableClock


async def test_five_wrong_codes_then_only_a_new_one_helps(
    browser: httpx.AsyncClient, desk: Desk, clock: MovableClock
) -> None:
    await post(browser, "code", email="ann@example.com")
    code = await desk.code()
    for _ in range(5):
        assert error(await post(browser, "verify", code=other_code(code))) == (422, "code_wrong")
    assert error(await post(browser, "verify", code=code)) == (422, "code_locked")

    clock.move(minutes=1)
    await post(browser, "code", email="ann@example.com")
    assert (await post(browser, "verify", code=await desk.code())).json() == {"step": "register"}


async def test_an_expired_code(browser: httpx.AsyncClient, desk: Desk, clock: MovableClock) -> None:
    await post(browser, "code", email="ann@example.com")
    clock.move(minutes=10)

    assert error(await post(browser, "verify", code=await desk.code())) == (422, "code_expired")


async def test_a_used_code(browser: httpx.AsyncClient, desk: Desk) -> None:
    await post(browser, "code", email="ann@example.com")
    code = await desk.code()
    await post(browser, "verify", code=code)

    assert error(await post(browser, "verify", code=code)) == (422, "code_used")


async def test_a_code_read_out_to_a_stranger_is_useless_to_them(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk
) -> None:
    await post(browser, "code", email="ann@example.com")
    code = await desk.code()
    stranger = new_browser()

    assert error(await post(stranger, "verify", code=code)) == (422, "code_not_asked_here")
    await post(stranger, "code", email="stranger@example.com")
    assert error(await post(stranger, "verify", code=code)) == (422, "code_wrong")


async def test_limits_tell_when_to_come_back(
    browser: httpx.AsyncClient, new_browser: NewBrowser, clock: MovableClock
) -> None:
    await post(browser, "code", email="ann@example.com")
    clock.move(seconds=18)
    again = await post(new_browser("198.51.100.1"), "code", email="ANN@example.com")
    assert error(again) == (429, "too_many")
    assert again.headers["retry-after"] == "42"
    assert "42 seconds" in again.json()["message"]

    for number in range(19):
        assert (await post(browser, "code", email=f"{number}@example.com")).status_code == 200
    neighbour = new_browser("203.0.113.200")
    refused = await post(neighbour, "code", email="neighbour@example.com")
    assert error(refused) == (429, "too_many")
    assert int(refused.headers["retry-after"]) == 3600 - 18
    assert (await post(new_browser("198.51.100.1"), "code", email="neighbour@example.com")).status_code == 200


async def test_ten_wrong_codes_close_the_network_but_no_session(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    attacker = new_browser()
    for _ in range(10):
        assert error(await post(attacker, "verify", code="2222-2222")) == (422, "code_not_asked_here")

    refused = await post(attacker, "verify", code="2222-2222")
    assert error(refused) == (429, "too_many")
    assert refused.headers["retry-after"] == "300"
    assert (await browser.get("/who")).json() == "ann"


@pytest.mark.parametrize("peer", ["203.0.113.7", "10.0.0.1"])
async def test_only_the_operators_proxy_may_name_the_client(new_browser: NewBrowser, desk: Desk, peer: str) -> None:
    client = new_browser(peer)
    for number in range(11):
        header = {"x-forwarded-for": f"1.1.1.1, 198.51.{number}.1"}
        answer = await client.post("/api/session/verify", json={"code": "2222-2222"}, headers=header)

    assert answer.status_code == (422 if peer == "10.0.0.1" else 429)


@pytest.mark.parametrize(
    ("username", "expected"),
    [
        ("ann", (409, "username_taken")),
        ("A-NN", (409, "username_taken")),
        ("admin", (422, "bad_input")),
        ("kale1pix", (422, "bad_input")),
        ("аnn", (422, "bad_input")),  # a Cyrillic а
        ("a", (422, "bad_input")),
        (None, (422, "bad_input")),
    ],
)
async def test_names_that_are_refused(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, username: object, expected: tuple[int, str]
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    other = new_browser()
    await sign_in(other, desk, "other@example.com")

    refused = await post(other, "register", username=username, adult=True)

    assert error(refused) == expected
    assert not set_cookies(refused)
    assert (await post(other, "register", username="other", adult=True)).json()["next"] == "/w/other"


async def test_names_cannot_be_collected(browser: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(browser, desk, "ann@example.com")
    for _ in range(30):
        await post(browser, "register", username="admin", adult=True)

    assert error(await post(browser, "register", username="ann", adult=True)) == (429, "too_many")


@pytest.mark.parametrize("body", [{}, {"adult": False}, {"adult": "true"}, {"adult": 1}, {"adult": None}])
async def test_minors_are_told_clearly_and_get_no_account(
    browser: httpx.AsyncClient, desk: Desk, body: dict[str, object]
) -> None:
    await sign_in(browser, desk, "kid@example.com")

    refused = await post(browser, "register", username="kid", **body)

    assert error(refused) == (422, "adults_only")
    assert "18" in refused.json()["message"]
    assert (await browser.get("/who")).status_code == 401


@pytest.mark.parametrize("step", ["code", "verify", "register"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (422, "bad_input")),
        (b"[]", (422, "bad_input")),
        (b'"code"', (422, "bad_input")),
        (b"{", (422, "bad_input")),
        (b"\xff\xfe", (422, "bad_input")),
        (b"[" * 4000, (422, "bad_input")),
        (json.dumps({"email": "a" * 4096}).encode(), (413, "too_large")),
    ],
)
async def test_bodies_that_are_not_understood(
    browser: httpx.AsyncClient, step: str, body: bytes, expected: tuple[int, str]
) -> None:
    assert error(await browser.post(f"/api/session/{step}", content=body)) == expected


@pytest.mark.parametrize("email", ["", "ann", "ann@gmail", None, 5, ["ann@example.com"], "\ud800@example.com"])
async def test_what_is_no_address_sends_no_mail(browser: httpx.AsyncClient, desk: Desk, email: object) -> None:
    refused = await post(browser, "code", email=email)

    assert error(refused) == (422, "bad_input")
    assert await desk.mails() == []
