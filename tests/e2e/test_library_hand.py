"""The library under a hand: what a finger selects, where Back leads, what is said when something cannot be undone."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import (
    Fingers,
    add_source,
    choose_model,
    finished,
    generate,
    sign_up,
    understand,
)
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits
from tests.e2e.test_library import Keep, a_library, bar, on_screen, settled, tiles, total
from tests.e2e.test_masks import editor, stroke


def middle(tile: Locator) -> tuple[float, float]:
    box = tile.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def a_row(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first and the last of three tiles side by side, below the first row."""
    places = [middle(tiles(page).nth(number)) for number in range(12)]
    return next((one, other) for one, other in zip(places[1:], places[3:], strict=False) if one[1] == other[1])


def scrolled(page: Page) -> float:
    return float(page.evaluate("window.scrollY"))


def test_a_finger_that_is_held_and_drawn_on_selects_what_lies_between(
    server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "drawn", 60)
    fingers = Fingers(page)
    first, last, nearer = (middle(tiles(page).nth(number)) for number in (1, 7, 4))
    fingers.down(first)
    expect(bar(page)).to_contain_text("1 selected")
    fingers.move(last)
    expect(bar(page)).to_contain_text("7 selected")
    assert scrolled(page) == 0, "the page moved instead"
    fingers.move(nearer)
    fingers.up()
    expect(bar(page)).to_contain_text("4 selected")
    expect(page.get_by_role("dialog", name="Picture")).to_have_count(0)
    keep(page, "library-drawn-phone")
    tiles(page).nth(2).tap()  # a tap goes on as before
    expect(bar(page)).to_contain_text("3 selected")


def test_once_something_is_selected_a_swipe_to_the_side_selects_and_one_upwards_scrolls(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "swiper", 60)
    fingers = Fingers(page)
    from_, to = a_row(page)
    fingers.down(from_)
    fingers.move(to)
    fingers.up()
    expect(bar(page)).not_to_contain_text("selected")
    fingers.down(middle(tiles(page).first))
    expect(bar(page)).to_contain_text("1 selected")
    fingers.up()
    fingers.down(from_)
    fingers.move(to)
    fingers.up()
    expect(bar(page)).to_contain_text("4 selected")
    x, y = from_
    fingers.down((x, y))
    for step in range(1, 9):
        fingers.move((x, y - 30 * step))
    fingers.up()
    page.wait_for_function("window.scrollY > 100")
    expect(bar(page)).to_contain_text("4 selected")


def test_after_select_a_tap_selects(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "tapper", 8)
    page.get_by_role("button", name="Select", exact=True).tap()
    expect(page.get_by_role("checkbox", name="Select:").first).to_have_css("opacity", "1")
    tiles(page).first.tap()
    tiles(page).nth(2).tap()
    expect(bar(page)).to_contain_text("2 selected")
    keep(page, "library-picking-phone")
    page.get_by_role("button", name="Cancel").tap()
    expect(bar(page)).not_to_contain_text("selected")
    tiles(page).first.tap()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_selected_in_one_list_is_not_selected_in_another(
    size: str, server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, size)
    a_library(page, server, f"turncoat-{size}", 8)
    away = page.get_by_role("link", name="Links")

    def select_all() -> None:
        page.keyboard.press("Control+a")
        expect(bar(page)).to_contain_text("9 selected")

    select_all()
    page.get_by_role("button", name="Oldest first").click()
    expect(tiles(page).first).to_have_attribute("alt", "copy 7")
    expect(bar(page)).not_to_contain_text("selected")
    expect(page.get_by_role("grid").locator("[aria-selected=true]")).to_have_count(0)
    select_all()
    away.click()
    expect(page.get_by_text("Nothing is shared")).to_be_visible()
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Library").click()
    expect(tiles(page).first).to_be_visible()
    expect(bar(page)).not_to_contain_text("selected")
    select_all()
    away.click()
    expect(page.get_by_text("Nothing is shared")).to_be_visible()
    page.go_back()
    expect(tiles(page).first).to_be_visible()
    expect(bar(page)).not_to_contain_text("selected")
    expect(page.get_by_role("grid").locator("[aria-selected=true]")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_where_nothing_is_shown_nothing_is_selected(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    a_library(page, server, f"seeker-{size}", 4)
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("5 selected")
    page.get_by_label("Search in prompts").fill("nowhere")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    expect(bar(page)).not_to_contain_text("selected")


def test_a_picture_that_is_deleted_elsewhere_is_looked_at_no_longer(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "onlooker", 4)
    other = page.context.new_page()
    other.goto("/w/onlooker/library")
    tiles(page).first.click()
    picture = page.get_by_role("dialog", name="Picture")
    expect(picture).to_be_visible()
    tiles(other).nth(1).locator("..").press("Delete")
    expect(other.get_by_text(total(4), exact=True)).to_be_visible()
    expect(page.get_by_text(total(4), exact=True)).to_be_attached()
    expect(picture).to_be_visible()
    tiles(other).first.locator("..").press("Delete")
    expect(picture).to_be_hidden()
    expect(page.get_by_role("alert")).to_have_text("This picture is not there any more.")


@pytest.mark.parametrize("size", SIZES)
def test_back_closes_the_picture_and_later_brings_the_place_back(
    size: str, server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, size)
    name = f"returner-{size}"
    a_library(page, server, name, 400)
    page.get_by_role("button", name="Oldest first").click()
    expect(tiles(page).first).to_have_attribute("alt", "copy 399")
    settled(page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight * 0.6)")
    settled(page)
    place, dialog = scrolled(page), page.get_by_role("dialog", name="Picture")
    seen = on_screen(page)[len(on_screen(page)) // 2]
    page.get_by_alt_text(seen, exact=True).click()
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).not_to_be_visible()
    assert scrolled(page) == place
    assert "sort=oldest" in page.url
    page.get_by_alt_text(seen, exact=True).click()
    dialog.get_by_role("button", name="Use all").click()
    page.wait_for_url(f"**/w/{name}")
    expect(page.get_by_label("Prompt")).to_have_value(seen)
    page.go_back()
    expect(page.get_by_alt_text(seen, exact=True)).to_be_in_viewport()
    page.wait_for_function("(place) => Math.abs(window.scrollY - place) < 4", arg=place)
    page.get_by_alt_text(seen, exact=True).click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile("sort=oldest"))
    expect(tiles(page).first).to_have_attribute("alt", "the real one")


@pytest.mark.parametrize("size", SIZES)
def test_what_cannot_be_undone_is_said_where_one_looks(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    a_library(page, server, f"undoer-{size}", 200)
    page.evaluate("window.scrollTo(0, 900)")
    tile = page.get_by_alt_text("copy 20", exact=True)
    tile.click()
    page.get_by_role("dialog", name="Picture").get_by_role("button", name="Delete").click()
    expect(tile).to_have_count(0)
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:  # as the trash does it after its time
        db.execute("DELETE FROM image WHERE deleted_at IS NOT NULL")
    page.get_by_role("button", name="Undo").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_in_viewport()
    assert_accessible(page, f"library, undo failed ({size})")
    assert_fits(page, f"library, undo failed ({size})")
    keep(page, f"library-undo-failed-{size}")
    alert.get_by_role("button", name="Close").click()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_everything_that_a_filter_finds_is_selected_and_nothing_else(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    a_library(page, server, f"chooser-{size}", 200)
    page.get_by_label("Search in prompts").fill("copy 1")  # 1, 10 to 19, 100 to 199: the last word may be a beginning
    expect(page.get_by_text(total(111), exact=True)).to_be_visible()
    page.get_by_alt_text("copy 1", exact=True).locator("..").press(" ")
    bar(page).get_by_role("button", name="Select all 111 matching").click()
    expect(bar(page)).to_contain_text("111 selected")
    keep(page, f"library-all-matching-{size}")
    bar(page).get_by_role("button", name="Favourite").click()
    expect(bar(page)).not_to_contain_text("selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Favourites").click()
    expect(page.get_by_text(total(111), exact=True)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_the_mask_is_shown_with_the_picture_and_taken_home_with_it(
    size: str, remote: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"masked-{size}")
    add_source(page, PHOTOS / "chelsea.png")
    choose_model(page, "FLUX.1 Fill pro")
    dialog = editor(page)
    stroke(page, dialog, 0.5)
    dialog.get_by_role("button", name="Use mask").click()
    expect(dialog).to_be_hidden()
    generate(page, "a green parrot")
    understand(page)
    finished(page, "a green parrot")
    page.goto(f"/w/masked-{size}/library")
    page.get_by_alt_text("a green parrot", exact=True).click()
    detail = page.get_by_role("dialog", name="Picture")
    for alt in ("Its source", "Its mask: white was painted anew"):
        picture = detail.get_by_alt_text(alt)
        expect(picture).to_be_visible()
        page.wait_for_function("(img) => img.complete && img.naturalWidth > 0", arg=picture.element_handle())
    assert_accessible(page, f"library, a picture with its mask ({size})")
    keep(page, f"library-detail-mask-{size}")
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()  # until then the keys are its own
    page.keyboard.press("Control+a")
    with page.expect_download() as download:
        bar(page).get_by_role("button", name="ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        (name,) = [name for name in archive.namelist() if name.startswith("settings/")]
        settings = json.loads(archive.read(name))
        names = archive.namelist()
    assert settings["mask"].startswith("masks/")
    for named in (settings["mask"], settings["source"], *(one["file"] for one in settings["results"])):
        assert named in names
