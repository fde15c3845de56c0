"""The studio in a hand: tabs, the pill for what runs, what a tap brings before the eyes, targets for a finger."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, finished, generate, result, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits, fail_the_latest
from tests.e2e.test_library import Keep, a_library, bar, fill, tiles

_FINGER, _POINTER = 44, 24  # pixels that a target has at least
# In one go with the tap: what moves smoothly is not there yet.
_TAP_AND_LOOK = "button => { button.click(); return document.getElementById('stage').getBoundingClientRect().top; }"


def place(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def overlap(one: FloatRect, other: FloatRect) -> bool:
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    return across and one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Workspace").get_by_role("link", name=name, exact=True)


def ask_for(page: Page, count: int) -> None:
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    for number in range(count):
        generate(page, f"number {number}")


def test_a_pill_says_how_many_run_and_opens_all_of_them(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone", bypass_csp=True)
    sign_up(page, server, "busy")
    add_source(page, PHOTOS / "coffee.png")
    generate(page, "the first")
    finished(page, "the first")
    ask_for(page, 6)
    pill = page.get_by_role("link", name=re.compile(r"^\d running$"))
    expect(pill).to_be_visible()
    assert place(page.locator("#running"))["height"] <= 60
    assert not overlap(place(page.locator("#running")), place(page.get_by_role("group", name="Before and after")))
    expect(page.get_by_role("button", name="Cancel")).to_have_count(1)
    assert_accessible(page, "running, pill")
    assert_fits(page, "running, pill")
    keep(page, "running-pill-phone")
    page.get_by_role("button", name="Compare").click()
    assert not overlap(place(page.locator("#running")), place(page.get_by_role("group", name="Before and after")))
    pill.tap()
    expect(page.get_by_role("heading", name="Activity")).to_be_focused()
    expect(page.get_by_role("button", name="Cancel").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="Generate")).to_be_hidden()
    assert_accessible(page, "running, all")
    assert_fits(page, "running, all")
    keep(page, "running-all-phone")
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("button", name="Generate")).to_be_in_viewport()


def test_the_tabs_are_create_library_and_activity_and_the_links_lie_in_the_library(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "tabber")
    generate(page, "one of them")
    finished(page, "one of them")
    expect(page.get_by_role("navigation", name="Workspace").get_by_role("link")).to_have_text(
        ["Create", "Library", "Activity"]
    )
    expect(tab(page, "Create")).to_have_attribute("aria-current", "page")
    tab(page, "Activity").tap()
    expect(tab(page, "Activity")).to_have_attribute("aria-current", "page")
    expect(tab(page, "Create")).to_have_attribute("aria-current", "false")
    expect(page.get_by_role("heading", name="Activity")).to_be_in_viewport()
    expect(page.get_by_label("Prompt")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Activity")).to_be_in_viewport()
    expect(tab(page, "Activity")).to_have_attribute("aria-current", "page")
    tab(page, "Library").tap()
    expect(tiles(page).first).to_be_visible()
    page.get_by_role("link", name="Links").tap()
    expect(page.get_by_role("heading", name="Share links")).to_be_visible()
    expect(tab(page, "Library")).to_have_attribute("aria-current", "true")
    page.get_by_role("main").get_by_role("link", name="Library").tap()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    tab(page, "Activity").tap()
    expect(page.get_by_role("heading", name="Activity")).to_be_in_viewport()
    way_on = page.get_by_role("link", name="All pictures in the library")
    expect(way_on).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert not overlap(place(way_on), place(page.get_by_role("navigation", name="Workspace")))
    tab(page, "Create").tap()
    expect(page.get_by_label("Prompt")).to_be_in_viewport()


def test_a_picture_deep_in_the_history_comes_onto_a_stage_that_is_seen(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "digger")
    generate(page, "the real one")
    finished(page, "the real one")
    fill(server, "digger", 30)
    page.reload()
    old = page.get_by_role("button", name="copy 9", exact=True)
    stage = page.get_by_role("region", name="Stage")
    old.scroll_into_view_if_needed()
    expect(stage).not_to_be_in_viewport()
    old.tap()
    expect(result(page, "copy 9")).to_be_in_viewport()
    expect(stage).to_be_focused()
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="copy 8", exact=True).scroll_into_view_if_needed()
    top = page.get_by_role("button", name="copy 8", exact=True).evaluate(_TAP_AND_LOOK)
    assert 0 < top < 200, "it moved, though the system asks for no motion"
    tab(page, "Activity").tap()
    expect(stage).to_be_hidden()
    old.tap()
    expect(result(page, "copy 9")).to_be_in_viewport()
    expect(stage).to_be_focused()
    expect(tab(page, "Create")).to_have_attribute("aria-current", "page")


def test_what_is_reused_in_the_activity_is_shown_in_the_composer(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "reuser")
    generate(page, "once more")
    finished(page, "once more")
    page.get_by_label("Prompt").fill("")
    tab(page, "Activity").tap()
    page.get_by_role("button", name="Reuse: once more").tap()
    expect(page.get_by_label("Prompt")).to_have_value("once more")
    expect(page.get_by_label("Prompt")).to_be_in_viewport()
    fail_the_latest(server)
    page.reload()
    tab(page, "Activity").tap()
    alert = page.get_by_role("alert").filter(has_text="credits returned")
    assert_fits(page, "a failure in the activity")
    expect(alert.get_by_label("The whole of it")).to_be_hidden()  # it is whole already
    alert.get_by_role("button", name="Edit").tap()
    expect(page.get_by_label("Prompt")).to_be_in_viewport()


@pytest.mark.parametrize("size", SIZES)
def test_the_history_ends_with_the_way_to_the_library(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"long-{size}")
    generate(page, "the real one")
    finished(page, "the real one")
    fill(server, f"long-{size}", 60)
    page.reload()
    on = page.get_by_role("link", name="All pictures in the library")
    for shown in (24, 36, 48):
        expect(on).to_have_count(0)
        page.get_by_role("button", name="Show older").click()
        expect(page.get_by_role("button", name=f"copy {shown - 2}", exact=True)).to_be_attached()
    expect(page.get_by_role("button", name="Show older")).to_have_count(0)
    on.click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


@pytest.mark.parametrize(("size", "least"), [("phone", _FINGER), ("desktop", _POINTER)])
def test_the_buttons_of_a_source_are_apart_and_large_enough(
    size: str, least: int, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"sourcer-{size}")
    add_source(page, PHOTOS / "coffee.png")
    keep(page, f"source-{size}")
    targets = [place(page.get_by_role("button", name=f"{name} Source 1")) for name in ("Remove", "Move to trash:")]
    assert all(box["width"] >= least and box["height"] >= least for box in targets), targets
    assert not any(overlap(*pair) for pair in combinations(targets, 2)), targets


def test_the_camera_of_a_phone_is_a_source(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "photographer")
    camera = page.get_by_label("Take a photo")
    expect(camera).to_have_attribute("capture", "environment")
    camera.set_input_files(PHOTOS / "coffee.png")
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()


def test_the_filters_show_that_they_go_on_and_can_always_be_cleared(
    server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "filterer")
    row = page.get_by_role("search").locator("[data-scrolls]")
    assert row.evaluate("row => row.scrollWidth > row.clientWidth && getComputedStyle(row).maskImage !== 'none'")
    row.evaluate("row => row.scrollTo(row.scrollWidth, 0)")
    box = place(page.get_by_role("button", name="Oldest first"))
    assert box["x"] + box["width"] <= 390 - 40, "the last one lies under the fading edge"
    page.get_by_role("button", name="Oldest first").tap()
    expect(page.get_by_role("button", name="Oldest first")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Favourites").tap()
    row.evaluate("row => row.scrollTo(0, 0)")
    expect(page.get_by_role("button", name="Clear")).to_be_in_viewport()
    assert_fits(page, "library, filtered")
    keep(page, "library-filtered-phone")


def test_undo_and_what_else_is_selected_are_both_in_reach(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "chooser", 20)
    tiles(page).nth(1).locator("..").press(" ")
    for name in ("Select all", "Clear", "Favourite", "Share", "ZIP", "Delete"):
        box = place(bar(page).get_by_role("button", name=name))
        assert box["x"] + box["width"] <= 378, name
    bar(page).get_by_role("button", name="Delete").tap()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    tiles(page).nth(1).locator("..").press(" ")
    expect(bar(page)).to_contain_text("1 selected")
    keep(page, "library-selected-phone")
    assert not overlap(place(undo), place(bar(page)))
    undo.tap()
    expect(undo).to_have_count(0)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_wrong_field_is_marked_and_tied_to_the_sentence(scheme: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone", scheme)
    page.goto("/login")
    field = page.get_by_label("Email")
    expect(field).to_have_attribute("aria-invalid", "false")
    calm = edge(field)
    field.fill("not an address")
    page.get_by_role("button", name="Send code").tap()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("does not look like an e-mail address"))
    assert edge(field) != calm
    number = len(server.mails())
    field.fill(f"marked-{scheme}@example.com")
    page.get_by_role("button", name="Send code").tap()
    code = page.get_by_label("Code")
    expect(code).to_have_attribute("aria-invalid", "false")
    code.fill("2222-2222")
    page.get_by_role("button", name="Sign in").tap()
    expect(code).to_have_attribute("aria-invalid", "true")
    code.fill(server.code(number))
    page.get_by_role("button", name="Sign in").tap()
    page.get_by_label("Username").fill(f"marked-{scheme}")
    page.get_by_role("button", name="Create workspace").tap()
    adult = page.get_by_label("I am 18 or older")
    expect(adult).to_have_attribute("aria-invalid", "true")
    expect(adult).to_have_accessible_description(re.compile("18 or older"))
    expect(page.get_by_label("Username")).to_have_attribute("aria-invalid", "false")
    adult.check()
    page.get_by_role("button", name="Create workspace").tap()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    page.get_by_role("button", name="Generate").tap()
    expect(page.get_by_label("Prompt")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Prompt")).to_have_accessible_description(re.compile("Write a prompt first"))


def edge(field: Locator) -> str:
    return str(field.evaluate("field => getComputedStyle(field).borderTopColor"))


@pytest.mark.parametrize("size", SIZES)
def test_model_and_price_in_the_history_are_never_cut(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"reader-{size}")
    generate(page, "a single one")
    finished(page, "a single one")
    line = page.get_by_role("listitem").get_by_text("Kaleidoscope · 1:1 · 1 credit")
    assert line.evaluate("line => line.scrollWidth <= line.clientWidth")
    buttons = place(page.get_by_role("button", name="Reuse: a single one"))
    assert not overlap(place(line), buttons)


def test_the_way_to_all_links_leaves_the_dialog_behind(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "linker")
    generate(page, "to be shown")
    finished(page, "to be shown")
    page.get_by_role("button", name="Share", exact=True).tap()
    page.get_by_role("button", name="Create link").tap()
    page.get_by_role("link", name="All your links").tap()
    expect(page.get_by_role("heading", name="Share links")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
