"""How long a signed-in browser stays signed in."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
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
