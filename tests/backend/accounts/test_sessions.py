"""How long a signed-in browser stays signed in."""

from __future__ import annotations

import asyncio

import pytest

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.signin import SignedIn
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import NotFound
from tests.backend.accounts.desk import ADMIN, Desk
from tests.conftest import MovableClock


async def _viewer(desk: Desk, secret: str) -> Viewer | None:
    async with desk.db.reading() as uow:
        return await desk.sessions.viewer(uow, secret)


async def _open_a_page(desk: Desk, secret: str) -> None:
    async with desk.db.unit_of_work() as uow:
        viewer = await desk.sessions.viewer(uow, secret)
        assert viewer
        await desk.sessions.seen(uow, viewer.session_id)


async def _change_user(desk: Desk, user_id: str, **values: object) -> None:
    async with desk.db.unit_of_work() as uow:
        user = await uow.session.get_one(User, user_id)
        for name, value in values.items():
            setattr(user, name, value)


async def test_a_session_ends_after_14_idle_days(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join("ann@example.com", "ann")).secret

    clock.move(days=13)
    await _open_a_page(desk, secret)
    clock.move(days=13)
    assert await _viewer(desk, secret)
    clock.move(days=1)
    assert await _viewer(desk, secret) is None


async def test_a_session_ends_after_60_days_however_busy(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join("ann@example.com", "ann")).secret

    for _ in range(5):
        clock.move(days=11)
        await _open_a_page(desk, secret)
    clock.move(days=5)
    assert await _viewer(desk, secret) is None


async def test_an_admin_signs_in_again_after_12_hours(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join(ADMIN, "boss")).secret

    clock.move(hours=11)
    assert (await _viewer(desk, secret) or pytest.fail("ended too early")).is_admin
    clock.move(hours=1)
    assert await _viewer(desk, secret) is None


async def test_who_became_admin_later_has_no_longer_session_either(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join("ann@example.com", "ann")).secret
    viewer = await _viewer(desk, secret)
    assert viewer
    await _change_user(desk, viewer.user_id, is_admin=True)

    clock.move(hours=12)
    assert await _viewer(desk, secret) is None


async def test_a_suspended_person_is_out_at_the_next_look(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join("ann@example.com", "ann")).secret
    viewer = await _viewer(desk, secret)
    assert viewer
    await _change_user(desk, viewer.user_id, suspended_at=clock.now())

    assert await _viewer(desk, secret) is None


async def _rotate(desk: Desk, secret: str) -> str | None:
    async with desk.db.unit_of_work() as uow:
        return await desk.sessions.rotate(uow, secret)


async def _list(desk: Desk, viewer: Viewer) -> list[tuple[str, bool]]:
    async with desk.db.reading() as uow:
        return [(one.device, one.is_this) for one in await desk.sessions.all_of(uow, viewer)]


async def _sign_in(desk: Desk, email: str, device: str = "") -> str:
    secret = await desk.ask(email)
    async with desk.db.unit_of_work() as uow:
        done = await desk.signin.verify(uow, secret, await desk.code(), device)
    assert isinstance(done, SignedIn)
    return done.secret


async def test_once_a_day_the_secret_changes_and_the_one_before_works_for_another_day(
    desk: Desk, clock: MovableClock
) -> None:
    first = (await desk.join("ann@example.com", "ann")).secret
    viewer = await _viewer(desk, first)
    clock.move(hours=23)
    assert await _rotate(desk, first) is None
    clock.move(hours=1)
    second = await _rotate(desk, first)
    assert second
    assert await _viewer(desk, first) == await _viewer(desk, second) == viewer
    assert await _rotate(desk, second) is None, "not again on the same day"
    assert await _rotate(desk, first) is None, "the secret of yesterday never gives a new one"
    clock.move(hours=24)
    assert await _viewer(desk, first) is None
    assert await _viewer(desk, second) == viewer


async def test_of_many_requests_at_once_one_gets_the_new_secret_and_all_stay_signed_in(
    desk: Desk, clock: MovableClock
) -> None:
    first = (await desk.join("ann@example.com", "ann")).secret
    clock.move(days=1)
    got = await asyncio.gather(*(_rotate(desk, first) for _ in range(10)))
    (second,) = [one for one in got if one]
    assert await _viewer(desk, first)
    assert await _viewer(desk, second)


async def test_rotation_lengthens_no_lifetime(desk: Desk, clock: MovableClock) -> None:
    secret = (await desk.join("ann@example.com", "ann")).secret
    for _ in range(59):
        clock.move(days=1)
        await _open_a_page(desk, secret)
        secret = await _rotate(desk, secret) or pytest.fail("not rotated")
    clock.move(days=1)
    assert await _viewer(desk, secret) is None
    assert await _rotate(desk, secret) is None, "what has ended is not given another secret"


@pytest.mark.parametrize("which", [0, 1])
async def test_signing_out_ends_it_with_either_secret(desk: Desk, clock: MovableClock, which: int) -> None:
    first = (await desk.join("ann@example.com", "ann")).secret
    clock.move(days=1)
    secrets = (first, await _rotate(desk, first) or pytest.fail("not rotated"))
    async with desk.db.unit_of_work() as uow:
        await desk.sessions.end(uow, secrets[which])
    assert [await _viewer(desk, secret) for secret in secrets] == [None, None]
    assert len(desk.rung) == 1


async def test_the_list_of_who_became_admin_ends_after_12_hours_too(desk: Desk, clock: MovableClock) -> None:
    await desk.join("ann@example.com", "ann")
    clock.move(hours=11)
    secret = await _sign_in(desk, "ann@example.com", "Firefox on Linux")
    viewer = await _viewer(desk, secret)
    assert viewer
    await _change_user(desk, viewer.user_id, is_admin=True)
    clock.move(hours=1)
    viewer = await _viewer(desk, secret)
    assert viewer
    assert await _list(desk, viewer) == [("Firefox on Linux", True)]


async def test_the_list_shows_this_browser_first_and_only_what_still_works(desk: Desk, clock: MovableClock) -> None:
    await desk.join("ann@example.com", "ann")
    await desk.join("bob@example.com", "bob")
    clock.move(days=13)
    phone = await _sign_in(desk, "ann@example.com", "Safari on iPhone")
    clock.move(minutes=5)
    await _sign_in(desk, "ann@example.com", "Firefox on Linux")
    viewer = await _viewer(desk, phone)
    assert viewer
    assert await _list(desk, viewer) == [("Safari on iPhone", True), ("Firefox on Linux", False), ("", False)]
    clock.move(days=1)
    assert await _list(desk, viewer) == [("Safari on iPhone", True), ("Firefox on Linux", False)]


async def test_revoking_ends_that_browser_of_ones_own_and_no_other(desk: Desk, clock: MovableClock) -> None:
    laptop = (await desk.join("ann@example.com", "ann")).secret
    bob = (await desk.join("bob@example.com", "bob")).secret
    clock.move(minutes=1)
    phone = await _sign_in(desk, "ann@example.com")
    ann, on_phone, stranger = [await _viewer(desk, secret) for secret in (laptop, phone, bob)]
    assert ann
    assert on_phone
    assert stranger
    for viewer, target in ((stranger, on_phone), (ann, stranger)):
        with pytest.raises(NotFound):
            async with desk.db.unit_of_work() as uow:
                await desk.sessions.revoke(uow, viewer, target.session_id)
    async with desk.db.unit_of_work() as uow:
        await desk.sessions.revoke(uow, ann, on_phone.session_id)
    assert [bool(await _viewer(desk, secret)) for secret in (laptop, phone, bob)] == [True, False, True]
    assert desk.rung == [ann.user_id]


async def test_signing_out_everywhere_else_leaves_this_browser(desk: Desk, clock: MovableClock) -> None:
    laptop = (await desk.join("ann@example.com", "ann")).secret
    bob = (await desk.join("bob@example.com", "bob")).secret
    others = []
    for _ in range(2):
        clock.move(minutes=1)
        others.append(await _sign_in(desk, "ann@example.com"))
    ann = await _viewer(desk, laptop)
    assert ann
    async with desk.db.unit_of_work() as uow:
        await desk.sessions.revoke_others(uow, ann)
    assert [bool(await _viewer(desk, secret)) for secret in (laptop, bob, *others)] == [True, True, False, False]
