"""Deleting in a real browser: at once, undone, taken back from the trash, and for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, finished, generate, result, sign_up
from tests.e2e.studio_server import StudioServer

Keep = Callable[[Page, str], None]


def delete(page: Page) -> Locator:
    return page.get_by_role("button", name="Delete", exact=True)


def undo(page: Page) -> Locator:
    return page.get_by_role("button", name="Undo")


def two_pictures(page: Page, server: StudioServer, name: str) -> None:
    sign_up(page, server, name)
    for prompt in ("first of mine", "second of mine"):
        generate(page, prompt)
        finished(page, prompt)


def open_trash(page: Page) -> None:
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(page.get_by_role("heading", name="Trash", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_a_deleted_picture_makes_room_for_the_next_and_comes_back_when_undone(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    two_pictures(page, server, f"undoer-{size}")
    delete(page).click()
    expect(page.get_by_role("status").filter(has_text="It is kept in the trash for 30 days")).to_be_visible()
    expect(result(page, "second of mine")).to_have_count(0)
    expect(page.locator("#stage").get_by_role("img", name="first of mine")).to_be_visible()
    keep(page, f"trash-undo-{size}")
    undo(page).click()
    expect(page.locator("#stage").get_by_role("img", name="second of mine")).to_be_visible()
    expect(undo(page)).to_have_count(0)
    page.reload()
    finished(page, "second of mine")


@pytest.mark.parametrize("size", SIZES)
def test_from_the_trash_back_and_then_for_ever_with_its_prompt(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    two_pictures(page, server, f"tidier-{size}")
    picture = finished(page, "second of mine")
    delete(page).click()
    expect(result(page, "second of mine")).to_have_count(0)
    assert page.request.get(f"/media/{picture}/original").status == 404
    open_trash(page)
    expect(page.get_by_role("img", name="In the trash: second of mine")).to_be_visible()
    keep(page, f"trash-{size}")
    page.get_by_role("button", name="Restore: second of mine").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    expect(page.locator("#stage").get_by_role("img", name="second of mine")).to_be_visible()
    delete(page).click()
    page.get_by_role("button", name="Delete for ever: second of mine").click()
    dialog = page.get_by_role("dialog", name="Delete this picture for ever?")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("12 months")
    keep(page, f"trash-for-ever-{size}")
    dialog.get_by_label("Also delete the prompt").check()
    dialog.get_by_role("button", name="Delete for ever").click()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    page.get_by_role("button", name="Back to history").click()
    expect(page.get_by_role("button", name="Reuse: first of mine")).to_be_visible()
    expect(page.get_by_text("second of mine")).to_have_count(0)
    assert page.request.get(f"/media/{picture}/thumb").status == 404
    assert [name for name in server.data_dir.rglob("*") if picture[:-1] in str(name)] == []


def test_a_prompt_may_stay_without_its_picture_and_go_later(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    two_pictures(page, server, "minimalist")
    page.get_by_role("button", name="Move to trash: first of mine").click()
    expect(page.get_by_text("Pictures deleted")).to_be_visible()
    open_trash(page)
    page.get_by_role("button", name="Empty trash").click()
    page.get_by_role("dialog").get_by_role("button", name="Empty trash").click()
    page.get_by_role("button", name="Back to history").click()
    page.get_by_role("button", name="Reuse: first of mine").click()
    expect(page.get_by_label("Prompt")).to_have_value("first of mine")
    page.get_by_role("button", name="Forget: first of mine").click()
    dialog = page.get_by_role("dialog", name="Erase this prompt for ever?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(page.get_by_role("button", name="Forget: first of mine")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Erase prompt").click()
    expect(page.get_by_role("button", name="Reuse: first of mine")).to_have_count(0)
    expect(page.get_by_role("button", name="Reuse: second of mine")).to_be_visible()


def test_by_keyboard_the_undo_is_the_next_stop_and_has_a_shortcut(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    two_pictures(page, server, "keyed")
    delete(page).focus()
    page.keyboard.press("Enter")
    expect(undo(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(undo(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#stage").get_by_role("img", name="second of mine")).to_be_visible()
    for prompt in ("first of mine", "second of mine"):
        expect(page.locator("#stage").get_by_role("img")).to_have_count(1)
        page.get_by_role("button", name=f"Move to trash: {prompt}").focus()
        page.keyboard.press("Enter")
        expect(result(page, prompt)).to_have_count(0)
    expect(page.get_by_text("Your first picture appears here")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#stage").get_by_role("img", name="second of mine")).to_be_visible()


def test_the_offer_to_undo_goes_by_itself_and_the_other_tab_follows(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    two_pictures(page, server, "both")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#stage").get_by_role("img", name="second of mine")).to_be_visible()
    open_trash(other)
    delete(page).click()
    expect(other.get_by_role("img", name="In the trash: second of mine")).to_be_visible()
    expect(other.locator("#stage").get_by_role("img", name="first of mine")).to_be_visible()
    page.mouse.move(5, 5)
    page.wait_for_timeout(6500)
    expect(undo(page)).to_be_visible()
    expect(undo(page)).to_have_count(0)


def test_a_source_leaves_the_tray_for_the_trash(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "sourcer")
    add_source(page, PHOTOS / "chelsea.png")
    page.get_by_role("button", name="Move to trash: Source 1").click()
    expect(page.get_by_alt_text("Source 1", exact=False)).to_have_count(0)
    undo(page).click()
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()
    page.get_by_role("button", name="Move to trash: Source 1").click()
    open_trash(page)
    page.get_by_role("button", name="Delete for ever: A picture of your own").click()
    expect(page.get_by_label("Also delete the prompt")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert list((server.data_dir / "media" / "sources").rglob("*")) == []
