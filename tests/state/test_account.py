"""The account page as one tab shows it: sessions, another name, another address, the fresh code before it."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import reflex as rx

from kaleipix_app.backend.accounts.models import LoginSession
from kaleipix_app.state.account import Account
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.email_change import EmailChange
from kaleipix_app.state.farewell import Farewell, say_farewell
from kaleipix_app.state.fresh import FreshCode
from kaleipix_app.state.studio import Studio
from tests.house import House
from tests.state.harness import Events, Tab


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Account.open())
    return tab


async def codes(house: House) -> list[str]:
    """Every code that was mailed, oldest first."""
    await house.parts.post.close()
    files = sorted((house.parts.settings.data_dir / "outbox").glob("*.eml"))
    texts = [message_from_bytes(path.read_bytes(), policy=policy.SMTP).get_content() for path in files]
    return [code for text in texts for code in re.findall("[A-Z0-9]{4}-[A-Z0-9]{4}", text)]


async def test_the_page_shows_who_one_is_and_where(house: House, tab: Tab) -> None:
    account = await tab.state(Account)
    assert (account.ready, account.name, account.email) == (True, "ann", "ann@example.com")
    assert [(one.is_this, one.used) for one in account.sessions] == [(True, "just now")]


async def test_another_browser_is_signed_out_and_told_no_more(house: House, tab: Tab, events: Events) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        user = await parts.people._find(uow, "ann@example.com")
        secret = await parts.sessions.start(uow, user, "Firefox on Linux")
    phone = events.tab("phone", f"{parts.cookies.session}={secret}")
    await phone.send(Studio.open())
    await tab.send(Account.open())
    (other,) = [one for one in (await tab.state(Account)).sessions if not one.is_this]
    assert other.device == "Firefox on Linux"
    await tab.send(Account.revoke(other.id))
    assert len((await tab.state(Account)).sessions) == 1
    await phone.send(Composer.set_count(2))
    assert phone.redirected()
    assert (await phone.state(Studio)).made == []
    await tab.send(Account.revoke(other.id))
    assert "signed out already" in (await tab.state(Account)).sessions_error
    assert not tab.redirected()


async def test_an_emptied_tab_says_farewell_until_somebody_signs_in_there(house: House, events: Events) -> None:
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Studio.open())
    root = await events.states.get_state(rx.BaseStateToken(ident=tab.token, cls=Studio))
    await say_farewell(root)
    studio, farewell = await tab.state(Studio), await tab.state(Farewell)
    assert (studio.made, studio.stage.id, studio.ready, farewell.gone) == ([], "", False, True)
    tab.headers["cookie"] = house.cookies["bob"]
    await tab.send(Studio.open())
    assert not (await tab.state(Farewell)).gone
    assert (await tab.state(Studio)).username_shown == "bob"


async def test_the_daily_new_secret_wipes_no_tab(house: House, events: Events) -> None:
    parts = house.parts
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Studio.open())
    await tab.send(Composer.set_count(3))
    before = house.cookies["ann"].split("=")[1]
    async with parts.db.unit_of_work() as uow:
        viewer = await parts.sessions.viewer(uow, before)
        assert viewer
        row = await uow.session.get_one(LoginSession, viewer.session_id)
        row.rotated_at = row.created_at - timedelta(days=1)
    async with parts.db.unit_of_work() as uow:
        after = await parts.sessions.rotate(uow, before)
    for secret in (before, after):  # a live connection keeps the old one, a reload brings the new one
        tab.headers["cookie"] = f"{parts.cookies.session}={secret}"
        await tab.send(Studio.set_follow(True))
        assert (await tab.state(Composer)).count == 3
    assert not tab.redirected()


async def test_another_address_needs_a_code_from_both(house: House, tab: Tab) -> None:
    await tab.send(EmailChange.start())
    await tab.send(EmailChange.ask({"email": "new@example.com"}))
    fresh = await tab.state(FreshCode)
    assert (fresh.shown, fresh.email) == (True, "ann@example.com")
    assert (await tab.state(EmailChange)).step == "address"
    await tab.send(FreshCode.confirm({"code": "2222-2222"}))
    assert "not right" in (await tab.state(FreshCode)).error
    await tab.send(FreshCode.confirm({"code": (await codes(house))[0]}))
    change = await tab.state(EmailChange)
    assert (change.step, change.address, change.error) == ("code", "new@example.com", "")
    assert not (await tab.state(FreshCode)).shown
    await tab.send(EmailChange.resume())
    assert (await tab.state(EmailChange)).step == "code", "a reload goes on where it was"
    await tab.send(EmailChange.confirm({"code": (await codes(house))[1]}))
    account = await tab.state(Account)
    assert (account.email, (await tab.state(EmailChange)).step) == ("new@example.com", "")
    assert "new@example.com" in account.told


async def test_without_the_fresh_code_nothing_goes_on(house: House, tab: Tab) -> None:
    await tab.send(EmailChange.ask({"email": "new@example.com"}))
    await tab.send(FreshCode.dismiss())
    await tab.send(EmailChange.send())
    assert (await tab.state(FreshCode)).shown
    await tab.send(EmailChange.confirm({"code": (await codes(house))[0]}))
    assert (await tab.state(FreshCode)).shown
    assert len(await codes(house)) == 1, "a code on its way will do; none goes to the new address"
    assert (await tab.state(Account)).email == "ann@example.com"


async def test_waiting_for_the_fresh_code_is_no_wrong_guess(house: House, tab: Tab) -> None:
    for _ in range(11):  # ten wrong ones in five minutes would close the network
        await tab.send(EmailChange.confirm({"code": "2222-2222"}))
    assert (await tab.state(EmailChange)).error == ""
    await tab.send(FreshCode.confirm({"code": (await codes(house))[0]}))
    assert not (await tab.state(FreshCode)).shown
    assert "Please ask for a new one" in (await tab.state(EmailChange)).error, "it went on with the code that was typed"


async def test_wrong_codes_are_counted_for_the_network_as_at_the_sign_in(house: House, tab: Tab) -> None:
    await tab.send(EmailChange.ask({"email": "new@example.com"}))
    for _ in range(11):
        await tab.send(FreshCode.confirm({"code": "2222-2222"}))
    assert "Too many wrong codes came from your network" in (await tab.state(FreshCode)).error


async def test_everywhere_else_means_not_here(house: House, tab: Tab) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        user = await parts.people._find(uow, "ann@example.com")
        others = [await parts.sessions.start(uow, user) for _ in range(2)]
    await tab.send(Account.revoke_others())
    async with parts.db.reading() as uow:
        assert [await parts.sessions.viewer(uow, secret) for secret in others] == [None, None]
    account = await tab.state(Account)
    assert ([one.is_this for one in account.sessions], account.told[:18]) == ([True], "You are signed out")
    assert not tab.redirected()


async def test_another_name_is_shown_or_refused_in_a_sentence(house: House, tab: Tab) -> None:
    await tab.send(Account.start_renaming())
    await tab.send(Account.rename({"username": "bob"}))
    account = await tab.state(Account)
    assert ("taken" in account.rename_error, account.renaming, account.name) == (True, True, "ann")
    await tab.send(Account.rename({"username": "nova"}))
    account = await tab.state(Account)
    assert (account.rename_error, account.renaming, account.name) == ("", False, "nova")
    await tab.send(Studio.open())
    studio = await tab.state(Studio)
    assert (studio.username_shown, studio.stage.id) == ("nova", house.result_id)


async def test_mails_about_what_took_long_are_chosen_and_switched_off(house: House, tab: Tab) -> None:
    async def chosen() -> int | None:
        async with house.parts.db.reading() as uow:
            return await house.parts.notifications.mail_after(uow, house.ann)

    assert (await tab.state(Account)).mail_after == ""
    await tab.send(Account.set_mail_after("5"))
    assert (await tab.state(Account)).mail_after == "5"
    assert await chosen() == 5
    await tab.send(Account.set_mail_after("7"))
    assert (await tab.state(Account)).mail_error.startswith("Choose one")
    await tab.send(Account.set_mail_after(""))
    assert await chosen() is None
