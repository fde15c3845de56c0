"""Collections of the library: each dialog says what it is about, and what was done is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import look_at
from tests.e2e.test_library import Keep, a_library, bar, tiles, total


@pytest.mark.parametrize("size", SIZES)
def test_a_collection_from_its_first_picture_to_its_end(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    a_library(page, server, f"curator-{size}", 4)
    collection = page.get_by_label("Collection", exact=True)

    def select(*numbers: int) -> None:
        for number in numbers:
            tiles(page).nth(number).locator("..").press(" ")
        expect(bar(page)).to_contain_text(f"{len(numbers)} selected")

    select(0, 1)
    bar(page).get_by_role("button", name="New collection").click()
    new = page.get_by_role("dialog", name="New collection")
    expect(new.get_by_text("The 2 selected pictures go into it.")).to_be_visible()
    new.get_by_label("Name").fill("Late summer")
    look_at(page, "collection-new", size, keep)
    new.get_by_role("button", name="Create").click()
    told = page.get_by_role("status").filter(has_text="Late summer")
    expect(told).to_contain_text("2 pictures put into “Late summer”.")
    look_at(page, "collection-told", size, keep)
    select(1, 2)
    expect(told).to_have_count(0)
    bar(page).get_by_label("Add to collection").select_option("Late summer")
    expect(told).to_contain_text("1 picture put into “Late summer”.")
    told.get_by_role("button", name="Undo").click()
    expect(told).to_have_count(0)
    collection.select_option("Late summer")
    expect(page.get_by_text(total(2), exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(total(5), exact=True)).to_be_visible()
    select(1, 2)
    bar(page).get_by_label("Add to collection").select_option("Late summer")
    told.get_by_role("button", name="Close").click()
    expect(told).to_have_count(0)
    select(1, 2)
    bar(page).get_by_label("Add to collection").select_option("Late summer")
    expect(told).to_contain_text("Already in “Late summer”.")
    expect(told.get_by_role("button", name="Undo")).to_have_count(0)

    collection.select_option("Late summer")
    expect(page.get_by_text(total(3), exact=True)).to_be_visible()
    select(0, 1)
    bar(page).get_by_role("button", name="Remove from collection").click()
    expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    expect(told).to_contain_text("2 pictures taken out of “Late summer”.")
    page.keyboard.press("Control+z")
    expect(page.get_by_text(total(3), exact=True)).to_be_visible()
    expect(told).to_have_count(0)
    expect(page.get_by_role("paragraph").filter(has_text="Late summer")).to_be_visible(visible=size == "phone")
    page.get_by_role("button", name="Rename").click()
    rename = page.get_by_role("dialog", name="Rename collection")
    expect(rename.get_by_label("Name")).to_have_value("Late summer")
    look_at(page, "collection-rename", size, keep)
    rename.get_by_label("Name").fill("Early autumn")
    rename.get_by_role("button", name="Rename").click()
    expect(rename).to_be_hidden()
    expect(collection.locator("option:checked")).to_have_text("Early autumn")
    page.get_by_role("button", name="Delete collection").click()
    end = page.get_by_role("dialog", name="Delete “Early autumn”?")
    expect(end.get_by_text("Its pictures stay in the library.")).to_be_visible()
    look_at(page, "collection-delete", size, keep)
    end.get_by_role("button", name="Delete collection").click()
    expect(page.get_by_text(total(5), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Rename")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_dialog_does_not_turn_to_another_collection(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    a_library(page, server, f"turner-{size}", 2)
    collection = page.get_by_label("Collection", exact=True)
    for number, name in enumerate(("Spring", "Autumn")):
        tiles(page).nth(number).locator("..").press(" ")
        bar(page).get_by_role("button", name="New collection").click()
        new = page.get_by_role("dialog", name="New collection")
        new.get_by_label("Name").fill(name)
        new.get_by_role("button", name="Create").click()
        expect(new).to_be_hidden()
    for name in ("Spring", "Autumn"):
        collection.select_option(name)
        expect(collection.locator("option:checked")).to_have_text(name)
        expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    rename = page.get_by_role("dialog", name="Rename collection")
    rename.get_by_label("Name").fill("Late autumn")
    page.go_back()
    expect(collection.locator("option:checked")).to_have_text("Spring")
    rename.get_by_role("button", name="Rename").click()
    expect(rename).to_be_hidden()
    expect(collection.locator("option")).to_have_text(["Any collection", "Late autumn", "Spring"])


def test_one_press_undoes_one_thing_the_latest_first(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "undoer", 4)
    tiles(page).nth(3).locator("..").press(" ")
    bar(page).get_by_role("button", name="New collection").click()
    new = page.get_by_role("dialog", name="New collection")
    new.get_by_label("Name").fill("Trip")
    new.get_by_role("button", name="Create").click()
    expect(new).to_be_hidden()
    tiles(page).first.locator("..").press("Delete")
    deleted = page.get_by_role("status").filter(has_text="30 days")
    expect(deleted).to_be_visible()
    deleted.hover()  # its time stands still
    tiles(page).first.locator("..").press(" ")
    bar(page).get_by_label("Add to collection").select_option("Trip")
    put = page.get_by_role("status").filter(has_text="put into “Trip”")
    expect(put).to_be_visible()
    page.get_by_role("heading", name="Library").focus()
    page.keyboard.press("Control+z")
    expect(put).to_have_count(0)
    expect(deleted).to_be_visible()
    expect(page.get_by_text(total(4), exact=True)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text(total(5), exact=True)).to_be_visible()
