"""The share dialog and the page of links, as a tab of the owner's sees them; a stranger's tab gets nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import func, select

from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.sharing.links import OwnLink
from kaleipix_app.backend.sharing.models import Share
from kaleipix_app.backend.sharing.terms import Terms
from kaleipix_app.state import shares as shares_module
from kaleipix_app.state.notices import Notices
from kaleipix_app.state.selection import Chosen
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.shares import Shares
from tests.house import House
from tests.state.harness import Events, Tab

FORM: dict[str, Any] = {"title": "Ours", "expiry": "7", "downloads": True, "prompt": False, "source": False}


async def a_link(house: House) -> OwnLink:
    async with house.parts.db.unit_of_work() as uow:
        return await house.parts.sharing.links.create(uow, house.ann, [house.result_id], Terms(title="Ours"))


async def count(house: House) -> int:
    async with house.parts.db.reading() as uow:
        return (await uow.session.exec(select(func.count()).select_from(Share))).one()


async def dialog(tab: Tab) -> ShareDialog:
    found: ShareDialog = await tab.state(ShareDialog)
    return found


async def test_the_dialog_shows_what_the_page_would_and_then_the_link(house: House, events: Events) -> None:
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(ShareDialog.ask_picture(house.result_id))
    opened = await dialog(tab)
    assert (opened.draft.count, opened.draft.prompt, opened.siblings) == (1, house.SECRET, 1)
    assert opened.draft.made == "Made by an algorithm, not AI"
    assert opened.draft.source == f"/media/{house.source_id}/thumb"
    assert (opened.terms.prompt, opened.terms.source, opened.terms.downloads) == (False, False, True)
    await tab.send(ShareDialog.set_title("Ours"))
    await tab.send(ShareDialog.set_downloads(False))
    assert ((await dialog(tab)).seen.title, (await dialog(tab)).seen.downloads) == ("Ours", False)
    await tab.send(ShareDialog.submit({**FORM, "expiry": "tomorrow"}))
    assert (await dialog(tab)).error == "Choose until when the link works."
    await tab.send(ShareDialog.submit(FORM))
    made = await dialog(tab)
    assert made.address.startswith(f"{house.parts.settings.url}/s/")
    assert made.qr.startswith("data:image/svg+xml")
    await tab.send(ShareDialog.dismiss())
    assert ((await dialog(tab)).draft.count, (await dialog(tab)).address) == (0, "")
    await tab.send(ShareDialog.submit(FORM))
    assert await count(house) == 1


async def test_a_selection_of_the_library_is_shared_with_the_same_dialog(house: House, events: Events) -> None:
    tab = events.tab("tab", house.cookies["ann"])
    for image_id in (house.result_id, house.source_id, "gone"):
        await tab.send(Chosen.toggle(image_id, True))
    await tab.send(Chosen.share())
    opened = await dialog(tab)
    assert (opened.draft.count, len(opened.draft.thumbs)) == (2, 2)
    await opened._ask(house.ann, [house.result_id])
    with pytest.raises(BadInput, match="at most 500"):
        await opened._ask(house.ann, [str(number) for number in range(501)])


async def test_links_are_listed_changed_and_ended(house: House, events: Events) -> None:
    link = await a_link(house)
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Shares.open())
    (shown,) = (await tab.state(Shares)).links
    assert (shown.address, shown.title, shown.shows, shown.views) == (link.address, "Ours", "1 picture", "0 views")
    await tab.send(ShareDialog.ask_link(link.id))
    assert ((await dialog(tab)).editing, (await dialog(tab)).terms.title) == (True, "Ours")
    await tab.send(ShareDialog.submit({**FORM, "title": "Mine", "expiry": "keep"}))
    await tab.send(Shares.show_more())
    assert (await tab.state(Shares)).links[0].title == "Mine"
    await tab.send(Shares.revoke(link.id))
    assert ((await tab.state(Shares)).links, (await tab.state(Shares)).error) == ([], "")
    await a_link(house)
    await tab.send(Shares.ask_all())
    assert (await tab.state(Shares)).asks_all
    await tab.send(Shares.revoke_all())
    assert ((await tab.state(Shares)).links, (await tab.state(Shares)).told) == ([], "All links have ended.")


async def test_a_list_that_can_grow_no_further_says_so_and_offers_no_more(
    house: House, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares_module, "_PAGE", 1)
    monkeypatch.setattr(shares_module, "_MOST", 2)
    latest = [await a_link(house) for _ in range(3)][-1]
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Shares.open())

    async def seen() -> tuple[int, bool]:
        page: Shares = await tab.state(Shares)
        return len(page.links), page.has_more

    assert await seen() == (1, True)
    await tab.send(Shares.show_more())
    assert await seen() == (2, False)
    assert (await tab.state(Shares)).is_full
    await tab.send(Shares.revoke(latest.id))
    assert await seen() == (2, False)
    assert not (await tab.state(Shares)).is_full


async def test_a_passcode_that_was_taken_off_meanwhile_is_not_believed_to_be_as_it_was(
    house: House, events: Events
) -> None:
    link = await a_link(house)
    tab, other = events.tab("tab", house.cookies["ann"]), events.tab("another-tab", house.cookies["ann"])
    await tab.send(ShareDialog.ask_link(link.id))
    await tab.send(ShareDialog.submit({**FORM, "protected": True, "passcode": "sesame"}))
    await tab.send(ShareDialog.ask_link(link.id))
    await other.send(ShareDialog.ask_link(link.id))
    await other.send(ShareDialog.submit(FORM))
    await tab.send(ShareDialog.submit({**FORM, "protected": True, "passcode": ""}))
    opened = await dialog(tab)
    assert (opened.wrong, opened.error) == ("passcode", "This link has no passcode. Type one of 4 to 64 characters.")
    await tab.send(ShareDialog.submit({**FORM, "protected": True, "passcode": "sesame"}))
    async with house.parts.db.reading() as uow:
        assert (await house.parts.sharing.links.one(uow, house.ann, link.id)).has_passcode


async def test_a_stranger_can_neither_share_nor_see_nor_end_what_is_anns(house: House, events: Events) -> None:
    link = await a_link(house)
    tab = events.tab("tab", house.cookies["bob"])
    for event in (
        ShareDialog.ask_picture(house.result_id),
        ShareDialog.ask_generation(house.done_id),
        ShareDialog.ask_link(link.id),
    ):
        await tab.send(event)
        assert ((await dialog(tab)).draft.count, (await dialog(tab)).address) == (0, "")
        assert (await tab.state(Notices)).text != ""
        await tab.send(ShareDialog.submit(FORM))
    await tab.send(Shares.open())
    await tab.send(Shares.revoke(link.id))
    await tab.send(Shares.revoke_all())
    assert (await tab.state(Shares)).links == []
    async with house.parts.db.reading() as uow:
        assert await house.parts.sharing.links.one(uow, house.ann, link.id) == link
    assert await count(house) == 1


async def test_an_owner_reads_why_a_picture_was_taken_down_and_cannot_share_it_again(
    house: House, events: Events
) -> None:
    parts, link = house.parts, await a_link(house)
    async with parts.db.unit_of_work() as uow:
        await parts.sharing.reports.open(uow, link.id, "203.0.113.0/24", "copyright", "")
    (ticket,) = await parts.sharing.tickets.open()
    await parts.sharing.tickets.take_down(ticket.id)
    tab = events.tab("tab", house.cookies["ann"])
    await tab.send(Shares.open())
    page: Shares = await tab.state(Shares)
    (told,) = page.taken_down
    assert told.id == house.result_id
    assert "after a report: “It copies a work without permission”. It cannot be shared again." in told.sentence
    await tab.send(ShareDialog.ask_picture(house.result_id))
    await tab.send(ShareDialog.submit(FORM))
    assert (await dialog(tab)).error == (
        "An operator took a picture of these down after a report. It cannot be shared again."
    )
