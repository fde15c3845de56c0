"""What a tab shows of deleting, and of a database that is gone."""

from __future__ import annotations

import pytest
import reflex as rx

from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.state import trash as trash_module
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.notices import Notices
from kaleipix_app.state.studio import Studio, next_to
from kaleipix_app.state.trash import TrashBin
from tests.house import House
from tests.state.harness import Events, Tab


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(Studio.open())
    return tab


@pytest.mark.parametrize(
    ("gone", "before", "now", "next"),
    [
        ("b", "abc", "ac", "c"),
        ("c", "abc", "ab", "b"),
        ("a", "abcd", "cd", "c"),
        ("old", "abc", "abc", "a"),
        ("a", "a", "", ""),
    ],
)
def test_the_stage_moves_to_the_picture_beside(gone: str, before: str, now: str, next: str) -> None:
    assert next_to(gone, list(before), list(now)) == next


async def test_delete_undo_and_for_ever(house: House, tab: Tab) -> None:
    await tab.send(TrashBin.delete(house.result_id))
    studio, trash = await tab.state(Studio), await tab.state(TrashBin)
    assert (studio.stage.id, studio.made[0].results, studio.made[0].prompt) == ("", [], house.SECRET)
    assert trash.undo == "Deleted. It is kept in the trash for 30 days."
    await tab.send(TrashBin.take_back())
    studio, trash = await tab.state(Studio), await tab.state(TrashBin)
    assert (studio.stage.id, trash.undo) == (house.result_id, "")
    await tab.send(TrashBin.delete_results(house.done_id))
    await tab.send(TrashBin.toggle())
    await tab.send(TrashBin.ask_picture(house.result_id))
    trash = await tab.state(TrashBin)
    assert [one.id for one in trash.items] == [house.result_id]
    assert (trash.question.kind, trash.question.offers_prompt) == ("picture", True)
    await tab.send(TrashBin.erase({"with_prompt": True}))
    studio, trash = await tab.state(Studio), await tab.state(TrashBin)
    assert (studio.made, trash.items, trash.question.kind) == ([], [], "")
    assert trash.undo == "", "what is gone for ever is not offered back"
    await tab.send(TrashBin.restore(house.result_id))
    assert "no longer in the trash" in (await tab.state(TrashBin)).error


async def test_undo_puts_into_the_tray_what_was_taken_from_it_and_nothing_else(house: House, events: Events) -> None:
    tab = events.tab("tab-of-the-library", house.cookies["ann"])  # it never opened the studio
    await tab.send(TrashBin.delete(house.result_id))
    await tab.send(TrashBin.take_back())
    assert (await tab.state(Composer)).sources == []
    await tab.send(Composer.uploaded(house.result_id))
    await tab.send(Studio.open())
    await tab.send(TrashBin.delete(house.result_id))
    assert (await tab.state(Composer)).sources == []
    await tab.send(TrashBin.take_back())
    assert [one.id for one in (await tab.state(Composer)).sources] == [house.result_id]


async def test_an_unanswered_question_erases_nothing(house: House, tab: Tab) -> None:
    await tab.send(TrashBin.delete(house.result_id))
    await tab.send(TrashBin.erase({"with_prompt": True}))
    await tab.send(TrashBin.ask_picture(house.result_id))
    await tab.send(TrashBin.dismiss())
    await tab.send(TrashBin.erase({"with_prompt": True}))
    await tab.send(TrashBin.restore(house.result_id))
    assert (await tab.state(Studio)).stage.id == house.result_id


async def test_a_trash_that_can_be_shown_no_further_says_so_and_offers_no_more(
    house: House, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_module, "_PAGE", 1)
    monkeypatch.setattr(trash_module, "_MOST", 1)
    await tab.send(Studio.cancel(house.queued_id))
    await tab.send(TrashBin.delete(house.result_id))
    await tab.send(TrashBin.delete(house.source_id))
    await tab.send(TrashBin.toggle())
    trash = await tab.state(TrashBin)
    assert ([one.id for one in trash.items], trash.has_more, trash.is_full) == ([house.source_id], False, True)
    await tab.send(TrashBin.restore(house.source_id))
    trash = await tab.state(TrashBin)
    assert ([one.id for one in trash.items], trash.has_more, trash.is_full) == ([house.result_id], False, False)


async def test_what_comes_into_the_trash_after_the_question_is_not_emptied_with_it(
    house: House, tab: Tab, events: Events
) -> None:
    await tab.send(Studio.cancel(house.queued_id))
    await tab.send(TrashBin.delete(house.result_id))
    await tab.send(TrashBin.toggle())
    await tab.send(TrashBin.ask_all())
    assert (await tab.state(TrashBin)).question.count == "1"
    await events.tab("another-tab-of-ann", house.cookies["ann"]).send(TrashBin.delete(house.source_id))
    await tab.send(TrashBin.erase({}))
    assert [one.id for one in (await tab.state(TrashBin)).items] == [house.source_id]


async def test_the_source_of_something_unfinished_stays_and_says_why(house: House, tab: Tab) -> None:
    await tab.send(Composer.uploaded(house.source_id))
    await tab.send(TrashBin.delete(house.source_id))
    assert "being made from this one" in (await tab.state(Studio)).error
    assert [one.id for one in (await tab.state(Composer)).sources] == [house.source_id]
    await tab.send(Studio.cancel(house.queued_id))
    await tab.send(TrashBin.delete(house.source_id))
    assert (await tab.state(Composer)).sources == []
    await tab.send(Composer.reuse(house.done_id))
    composer = await tab.state(Composer)
    assert (composer.sources, composer.prompt, composer.error) == ([], house.SECRET, "")


async def test_a_database_that_is_gone_is_told_once_and_shows_nobody_anything(
    house: House, tab: Tab, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise DatabaseFailed

    monkeypatch.setattr(house.parts.sessions, "viewer", gone)
    stranger = events.tab(tab.token)  # holds the tab's token, but no session
    await tab.send(Composer.set_count(3))
    assert (await tab.state(Notices)).text == str(DatabaseFailed())
    assert (await tab.state(Composer)).count == 1
    for event in (Studio.open(), rx.State.hydrate()):
        await stranger.send(event)
    assert house.SECRET not in str([stranger.deltas, [update.delta for _, update in events.sent]])
    monkeypatch.undo()
    await tab.send(Composer.set_count(3))
    assert (await tab.state(Composer)).count == 3
