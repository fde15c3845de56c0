"""A sign-in leaves a signal, whatever a browser sends along, and leaves none before its code was right."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import httpx
import pytest
import structlog
from sqlmodel import col, select

from kaleipix_app.backend import log
from kaleipix_app.backend.abuse.models import Signal
from kaleipix_app.backend.accounts.models import User
from tests.backend.accounts.desk import Desk, other_code
from tests.backend.api.session.web import NewBrowser, post, sign_in, sign_up
from tests.conftest import MovableClock

FINGERPRINT = hashlib.sha256(b"a browser").hexdigest()


async def recorded(desk: Desk) -> Sequence[Signal]:
    async with desk.db.reading() as uow:
        return (await uow.session.exec(select(Signal).order_by(col(Signal.created_at)))).all()


async def test_sign_up_and_sign_in_leave_one_each(
    browser: httpx.AsyncClient, new_browser: NewBrowser, desk: Desk, clock: MovableClock
) -> None:
    browser.headers.update({"user-agent": "Mozilla/5.0 (canary)", "accept-language": "de,en;q=0.8"})
    await sign_up(browser, desk, "ann@example.com", "ann", fingerprint=FINGERPRINT)
    clock.move(minutes=1)
    await sign_in(new_browser(), desk, "ann@example.com", fingerprint=FINGERPRINT)

    first, second = await recorded(desk)

    assert (first.kind, second.kind) == ("sign_up", "sign_in")
    assert first.user_id == second.user_id
    assert (first.user_agent, first.accept_language) == ("Mozilla/5.0 (canary)", "de,en;q=0.8")
    assert first.fingerprint_hash == second.fingerprint_hash
    assert first.address_hash == second.address_hash
    every = str([row.model_dump() for row in (first, second)])
    assert FINGERPRINT not in every
    assert "203.0.113" not in every


async def test_a_proxy_that_is_trusted_tells_the_address_and_nobody_else(new_browser: NewBrowser, desk: Desk) -> None:
    for number, (peer, forwarded) in enumerate(
        [("198.51.100.9", ""), ("10.0.0.1", "1.1.1.1, 198.51.100.9"), ("198.51.100.9", "1.1.1.1")]
    ):
        client = new_browser(peer)
        client.headers["x-forwarded-for"] = forwarded
        await sign_up(client, desk, f"p{number}@example.com", f"person-{number}")

    async with desk.db.reading() as uow:
        assert len(await desk.signals.with_address(uow, "198.51.100.9/32")) == 3


async def test_nothing_is_recorded_before_the_code_was_right(browser: httpx.AsyncClient, desk: Desk) -> None:
    await post(browser, "code", email="ann@example.com", fingerprint=FINGERPRINT)
    await post(browser, "verify", code=other_code(await desk.code()), fingerprint=FINGERPRINT)
    await post(browser, "verify", code=await desk.code(), fingerprint=FINGERPRINT)
    await post(browser, "register", username="ann", adult=False, fingerprint=FINGERPRINT)

    assert await recorded(desk) == []


@pytest.mark.parametrize("sent", [None, "x", "ab" * 500, 7, ["a"], {"a": 1}, "\ud800" * 64])
async def test_a_sign_in_never_fails_for_what_is_sent_along(
    browser: httpx.AsyncClient, desk: Desk, sent: object
) -> None:
    browser.headers.update([(b"user-agent", b"\xff\x01\x7f" * 200), (b"accept-language", b"\x80" * 900)])

    done = await sign_up(browser, desk, "ann@example.com", "ann", fingerprint=sent)

    assert done.json()["step"] == "done"
    (row,) = await recorded(desk)
    assert row.fingerprint_hash is None
    assert row.user_agent == "\xff" * 200


async def test_without_anything_to_go_by_one_can_sign_in_too(new_browser: NewBrowser, desk: Desk) -> None:
    client = new_browser("/run/kaleipix.sock")
    del client.headers["user-agent"]

    assert (await sign_up(client, desk, "ann@example.com", "ann")).json()["step"] == "done"
    (row,) = await recorded(desk)
    assert (row.fingerprint_hash, row.address_hash, row.user_agent, row.accept_language) == (None, None, "", "")


@pytest.mark.parametrize("choice", ["objected_at", "restricted_at"])
async def test_who_has_objected_or_restricted_shows_no_fingerprint(
    browser: httpx.AsyncClient, desk: Desk, clock: MovableClock, choice: str
) -> None:
    await sign_up(browser, desk, "ann@example.com", "ann", fingerprint=FINGERPRINT)
    async with desk.db.unit_of_work() as uow:
        setattr((await uow.session.exec(select(User))).one(), choice, clock.now())
    clock.move(minutes=1)
    await sign_in(browser, desk, "ann@example.com", fingerprint=FINGERPRINT)

    first, second = await recorded(desk)
    assert first.fingerprint_hash is not None
    assert second.fingerprint_hash is None
    assert second.address_hash is not None


async def test_the_log_says_nothing_of_it(
    browser: httpx.AsyncClient, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    try:
        browser.headers["user-agent"] = "canary"
        await sign_up(browser, desk, "ann@example.com", "ann", fingerprint=FINGERPRINT)
        (row,) = await recorded(desk)
    finally:
        structlog.reset_defaults()
    output = "".join(capsys.readouterr())
    for secret in ("canary", FINGERPRINT, "203.0.113", str(row.fingerprint_hash), str(row.address_hash)):
        assert secret not in output
