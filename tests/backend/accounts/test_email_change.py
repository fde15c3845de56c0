"""Another e-mail address: only with codes from both, and without telling who has an account."""

from __future__ import annotations

import pytest
from sqlmodel import select

from kaleipix_app.backend.accounts.fresh import FreshCodeNeeded
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.signin import NeedsRegistration, SignedIn
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import BadInput, KaleipixError, TooMany
from tests.backend.accounts.desk import ADMIN, CODE, Desk, other_code
from tests.conftest import MovableClock


@pytest.fixture
async def ann(desk: Desk) -> Viewer:
    """Ann, with a fresh code typed."""
    viewer = await desk.signed_in("ann@example.com", "ann")
    await make_fresh(desk, viewer)
    return viewer


async def make_fresh(desk: Desk, viewer: Viewer) -> None:
    assert await desk.type_fresh(viewer, await desk.ask_fresh(viewer)) is None


async def address_of(desk: Desk, viewer: Viewer) -> tuple[str, str]:
    async with desk.db.reading() as uow:
        user = await uow.session.get_one(User, viewer.user_id)
    return user.email, user.email_typed


async def test_with_codes_from_both_it_changes_and_the_old_address_hears_of_it(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    await desk.ask_new_address(ann, "Ann@New.example")
    assert await address_of(desk, ann) == ("ann@example.com", "ann@example.com")
    assert await desk.type_new_address(ann, await desk.code()) is None
    assert await address_of(desk, ann) == ("ann@new.example", "Ann@new.example")
    assert desk.rung == [ann.user_id]
    notice = (await desk.mails())[-1]
    assert "was changed" in notice
    assert not CODE.findall(notice)

    clock.move(minutes=2)
    again = await desk.verify(await desk.ask("ann@new.example"), await desk.code())
    assert isinstance(again, SignedIn)
    assert again.username == "ann"


async def test_the_old_address_is_a_stranger_from_then_on(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    await desk.ask_new_address(ann, "new@example.com")
    await desk.type_new_address(ann, await desk.code())
    clock.move(minutes=2)
    secret = await desk.ask("ann@example.com")
    assert isinstance(await desk.verify(secret, await desk.code()), NeedsRegistration)
    other = await desk.viewer((await desk.register(secret, "second")).secret)
    assert other
    assert other.user_id != ann.user_id


async def test_without_a_fresh_code_nothing_is_sent_and_nothing_changes(desk: Desk, clock: MovableClock) -> None:
    ann = await desk.signed_in("ann@example.com", "ann")
    before = len(await desk.mails())
    with pytest.raises(FreshCodeNeeded):
        await desk.ask_new_address(ann, "new@example.com")
    assert len(await desk.mails()) == before
    await make_fresh(desk, ann)
    clock.move(minutes=1)
    await desk.ask_new_address(ann, "new@example.com")
    code = await desk.code()
    clock.move(minutes=9)
    with pytest.raises(FreshCodeNeeded):
        await desk.type_new_address(ann, code)
    assert await address_of(desk, ann) == ("ann@example.com", "ann@example.com")


async def test_a_taken_address_looks_the_same_and_its_owner_is_told(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    await desk.join("bob@example.com", "bob")
    clock.move(minutes=1)
    seen = []
    for email in ("bob@example.com", "free@example.com"):
        await desk.ask_new_address(ann, email)
        refused = await desk.type_new_address(ann, other_code("2222-2222"))
        async with desk.db.reading() as uow:
            waiting = await desk.email_change.waiting(uow, ann)
        seen.append((getattr(refused, "sentence", None), waiting.replace(email, "…")))
    assert seen[0] == seen[1]
    to_bob, to_free = (await desk.mails())[-2:]
    assert not CODE.findall(to_bob)
    assert "account already" in to_bob
    assert len(CODE.findall(to_free)) == 1


async def test_an_address_that_is_taken_meanwhile_stays_its_owners(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    await desk.ask_new_address(ann, "new@example.com")
    code = await desk.code()
    clock.move(minutes=1)
    bob = await desk.signed_in("new@example.com", "bob")
    refused = await desk.type_new_address(ann, code)
    assert isinstance(refused, KaleipixError)
    assert refused.code == "address_taken"
    assert (await address_of(desk, ann))[0] == "ann@example.com"
    assert (await address_of(desk, bob))[0] == "new@example.com"


async def test_a_fresh_code_that_went_to_the_old_address_opens_nothing_afterwards(
    desk: Desk, ann: Viewer, clock: MovableClock
) -> None:
    clock.move(minutes=1)
    stale = await desk.ask_fresh(ann)
    await desk.ask_new_address(ann, "new@example.com")
    await desk.type_new_address(ann, await desk.code())
    async with desk.db.reading() as uow:
        user = await uow.session.get_one(User, ann.user_id)
    now = Viewer(ann.user_id, ann.username, user.email_typed, False, ann.session_id)
    assert isinstance(await desk.type_fresh(now, stale), KaleipixError)


async def test_the_same_address_nonsense_and_too_many_are_refused(desk: Desk, ann: Viewer, clock: MovableClock) -> None:
    for typed in ("ANN@example.com", "not an address", None, ""):
        with pytest.raises(BadInput):
            await desk.ask_new_address(ann, typed)  # type: ignore[arg-type]  # whatever a form brings
    for n in range(5):
        await desk.ask_new_address(ann, f"stranger{n}@example.com")
    with pytest.raises(TooMany, match="several new addresses"):
        await desk.ask_new_address(ann, "stranger5@example.com")


async def test_an_admin_by_the_settings_is_none_at_an_address_that_is_not_in_them(
    desk: Desk, clock: MovableClock
) -> None:
    boss = await desk.signed_in(ADMIN, "boss")
    await make_fresh(desk, boss)
    assert boss.is_admin
    await desk.ask_new_address(boss, "private@example.com")
    assert await desk.type_new_address(boss, await desk.code()) is None
    async with desk.db.reading() as uow:
        assert not (await uow.session.exec(select(User.is_admin))).one()
