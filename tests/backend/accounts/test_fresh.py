"""The fresh code: ten minutes for one browser, and good for nothing else."""

from __future__ import annotations

import asyncio

import pytest

from kaleipix_app.backend.accounts.fresh import FreshCodeNeeded
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import KaleipixError, TooMany
from tests.backend.accounts.desk import Desk, other_code
from tests.conftest import MovableClock


@pytest.fixture
async def ann(desk: Desk) -> Viewer:
    return await desk.signed_in("ann@example.com", "ann")


async def is_fresh(desk: Desk, viewer: Viewer) -> bool:
    async with desk.db.reading() as uow:
        try:
            await desk.fresh.require(uow, viewer)
        except FreshCodeNeeded:
            return False
    return True


def refusal(outcome: object) -> str:
    assert isinstance(outcome, KaleipixError), outcome
    return outcome.code


async def test_a_fresh_code_opens_what_is_sensitive_for_ten_minutes(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    assert not await is_fresh(desk, ann), "the sign-in itself is no fresh code"
    code = await desk.ask_fresh(ann)
    assert not await is_fresh(desk, ann)
    assert await desk.type_fresh(ann, code) is None
    assert await is_fresh(desk, ann)
    clock.move(minutes=9, seconds=59)
    assert await is_fresh(desk, ann)
    clock.move(seconds=1)
    assert not await is_fresh(desk, ann)


async def test_it_opens_only_the_browser_that_typed_it(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    clock.move(minutes=1)
    secret = await desk.ask("ann@example.com")
    done = await desk.verify(secret, await desk.code())
    phone = await desk.viewer(getattr(done, "secret", ""))
    assert phone
    code = await desk.ask_fresh(ann)

    assert refusal(await desk.type_fresh(phone, code)) == "code_not_asked_here"
    assert await desk.type_fresh(ann, code) is None
    assert (await is_fresh(desk, ann), await is_fresh(desk, phone)) == (True, False)


async def test_it_is_used_once_expires_and_is_guessed_five_times_at_most(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    code = await desk.ask_fresh(ann)
    assert await desk.type_fresh(ann, code) is None
    assert refusal(await desk.type_fresh(ann, code)) == "code_used"
    clock.move(minutes=10)
    code = await desk.ask_fresh(ann)
    wrong = [refusal(await desk.type_fresh(ann, other_code(code))) for _ in range(5)]
    assert wrong == ["code_wrong"] * 5
    assert refusal(await desk.type_fresh(ann, code)) == "code_locked"
    clock.move(minutes=1)
    code = await desk.ask_fresh(ann)
    clock.move(minutes=10)
    assert refusal(await desk.type_fresh(ann, code)) == "code_expired"
    assert not await is_fresh(desk, ann)


async def test_two_tabs_type_the_same_code_at_once(desk: Desk, ann: Viewer) -> None:
    code = await desk.ask_fresh(ann)
    outcomes = await asyncio.gather(*(desk.type_fresh(ann, code) for _ in range(4)))
    assert [outcome.code for outcome in outcomes if outcome] == ["code_used"] * 3


async def test_a_code_for_one_purpose_opens_no_other(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    clock.move(minutes=1)
    sign_in_secret = await desk.ask("ann@example.com")
    sign_in = await desk.code()
    fresh = await desk.ask_fresh(ann)

    assert refusal(await desk.type_fresh(ann, sign_in)) == "code_wrong"
    assert refusal(await desk.verify(sign_in_secret, fresh)) == "code_wrong"
    for guessed in (f"fresh/{ann.session_id}", f"new_address/{ann.session_id}"):  # a cookie made up from the id
        assert refusal(await desk.verify(guessed, fresh)) == "code_not_asked_here"
    assert await desk.type_fresh(ann, fresh) is None
    await desk.ask_new_address(ann, "new@example.com")
    new = await desk.code()
    assert refusal(await desk.type_new_address(ann, fresh)) == "code_wrong"
    clock.move(minutes=1)
    await desk.ask_fresh(ann)
    assert refusal(await desk.type_fresh(ann, new)) == "code_wrong"
    assert refusal(await desk.verify(f"new_address/{ann.session_id}", new)) == "code_not_asked_here"


async def test_mails_are_limited_as_for_the_sign_in(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    await desk.ask_fresh(ann)
    with pytest.raises(TooMany, match="60 seconds"):
        desk.fresh.admit(ann)
    for _ in range(4):
        clock.move(minutes=1)
        await desk.ask_fresh(ann)
    clock.move(minutes=1)
    with pytest.raises(TooMany):
        desk.fresh.admit(ann)


async def test_the_mail_goes_to_the_account_and_has_one_code(desk: Desk, ann: Viewer) -> None:
    await desk.ask_fresh(ann)
    text = (await desk.mails())[-1]
    for hint in ("10 minutes", "not you", "sign out"):
        assert hint in text
