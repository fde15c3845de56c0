"""Signing in and out as a browser does it: HTTP and cookies, with the whole desk behind."""

from __future__ import annotations

import httpx
import pytest
import structlog

from kaleipix_app.backend import log
from tests.backend.accounts.desk import Desk, other_code
from tests.backend.api.session.web import NewBrowser, error, post, set_cookies, sign_in, sign_up
from tests.conftest import MovableClock


async def test_the_first_sign_in_from_address_to_workspace(browser: httpx.AsyncClient, desk: Desk) -> None:
    asked = await post(browser, "code", email="Ann@Example.com")
    assert (asked.status_code, asked.json()) == (200, {"step": "code"})
    assert (await browser.get("/who")).status_code == 401

    verified = await post(browser, "verify", code=(await desk.code()).lower())
    assert (verified.status_code, verified.json()) == (200, {"step": "register"})
    assert (await browser.get("/who")).status_code == 401

    done = await post(browser, "register", username="Ann", adult=True)
    assert (done.status_code, done.json()) == (200, {"step": "done", "next": "/w/ann"})
    assert (await browser.get("/who")).json() == "ann"
    assert list(browser.cookies) == ["__Host-kaleipix_session"]


async def test_the_second_sign_in_needs_no_registration(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    clock.move(minutes=1)
    phone = new_browser()

    done = await sign_in(phone, desk, "ann@example.com")

    assert done.json() == {"step": "done", "next": "/w/ann"}
    assert (await phone.get("/who")).json() == "ann"
    assert (await browser.get("/who")).json() == "ann"


async def test_secrets_travel_in_cookies_that_scripts_and_other_sites_cannot_use(
    browser: httpx.AsyncClient, desk: Desk
) -> None:
    asked = await post(browser, "code", email="ann@example.com")
    await post(browser, "verify", code=await desk.code())
    done = await post(browser, "register", username="ann", adult=True)

    assert set_cookies(asked) == {"__Host-kaleipix_challenge": "HttpOnly; Max-Age=1500; Path=/; SameSite=lax; Secure"}
    assert set_cookies(done)["__Host-kaleipix_session"] == "HttpOnly; Max-Age=5184000; Path=/; SameSite=lax; Secure"
    assert "Max-Age=0" in set_cookies(done)["__Host-kaleipix_challenge"]
    for answer in (asked, done):
        assert answer.headers["cache-control"] == "no-store"
        assert not any(value in answer.text for value in browser.cookies.values())


async def test_known_and_unknown_addresses_get_the_same_answer(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    clock.move(minutes=1)

    seen = []
    for email in ("ann@example.com", "nobody@example.com"):
        client = new_browser()
        asked = await post(client, "code", email=email)
        wrong = await post(client, "verify", code=other_code(await desk.code()))
        early = await post(client, "code", email=email)
        headers = {name: value for name, value in asked.headers.items() if name != "set-cookie"}
        seen.append(
            (
                asked.status_code,
                asked.json(),
                set_cookies(asked),
                headers,
                error(wrong),
                wrong.text,
                error(early),
                early.text,
            )
        )

    assert seen[0] == seen[1]


async def test_a_resend_replaces_the_code(browser: httpx.AsyncClient, desk: Desk, clock: MovableClock) -> None:
    await post(browser, "code", email="ann@example.com")
    old = await desk.code()
    clock.move(minutes=1)
    await post(browser, "code", email="ann@example.com")

    assert error(await post(browser, "verify", code=old)) == (422, "code_wrong")
    assert (await post(browser, "verify", code=await desk.code())).json() == {"step": "register"}


@pytest.mark.parametrize("first_time", [True, False])
async def test_people_return_to_where_they_wanted_to_go(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock, first_time: bool
) -> None:
    done = await sign_up(browser, desk, "ann@example.com", "ann", next="/account/privacy?a=1")
    if not first_time:
        clock.move(minutes=1)
        done = await sign_in(new_browser(), desk, "ann@example.com", next="/account/privacy?a=1")

    assert done.json()["next"] == "/account/privacy?a=1"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
     "/..//evil.example", " //evil.example", "\ud800", {"a": 1}, ["//evil.example"], ""],
)  # fmt: skip
async def test_but_never_to_another_site(browser: httpx.AsyncClient, desk: Desk, wanted: object) -> None:
    done = await sign_up(browser, desk, "ann@example.com", "ann", next=wanted)

    assert done.json()["next"] == "/w/ann"


async def test_signing_out_ends_the_session_at_once_and_for_good(browser: httpx.AsyncClient, desk: Desk) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    stolen = dict(browser.cookies)

    out = await browser.post("/api/session/end")

    assert (out.status_code, out.json()) == (200, {"next": "/"})
    assert not browser.cookies
    browser.cookies.update(stolen)
    assert (await browser.get("/who")).status_code == 401


async def test_signing_out_twice_is_no_error(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/api/session/end")).status_code == 200


async def test_a_new_sign_in_ends_the_session_before_it(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann")
    before = dict(browser.cookies)
    clock.move(minutes=1)
    await sign_in(browser, desk, "ann@example.com")
    thief = new_browser()
    thief.cookies.update(before)

    assert (await browser.get("/who")).json() == "ann"
    assert (await thief.get("/who")).status_code == 401


async def test_the_log_holds_no_code_secret_or_address(
    browser: httpx.AsyncClient, desk: Desk, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    try:
        await post(browser, "code", email="canary@example.com")
        code = await desk.code()
        for _ in range(6):
            await post(browser, "verify", code=other_code(code))
        clock.move(minutes=1)
        desk.outbox.rename(desk.outbox.with_name("kept"))
        desk.outbox.write_text("in the way: this mail fails")
        await post(browser, "code", email="canary@example.com")
        await desk.post.close()
        secrets = list(browser.cookies.values())
    finally:
        structlog.reset_defaults()
    output = capsys.readouterr()

    assert "mail_failed" in output.err
    assert output.out == ""
    for canary in ("canary", "203.0.113", code, code.replace("-", ""), other_code(code), *secrets):
        assert canary not in output.err


@pytest.mark.parametrize("step", ["code", "verify", "register", "end"])
async def test_links_in_mails_cannot_trigger_anything(browser: httpx.AsyncClient, step: str) -> None:
    assert (await browser.get(f"/api/session/{step}")).status_code == 405
