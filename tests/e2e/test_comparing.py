"""Before and after under a hand: what is held shows the source, both pictures zoom together, steps keep the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import Fingers, add_source, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits

Keep = Callable[[Page, str], None]
_BOX = "document.querySelector('[data-viewer] img[width]').getBoundingClientRect()"
_OWN, _OTHER = "The source of this picture", "The source that is compared with"


@pytest.fixture(scope="module")
def signed_in(server: StudioServer, browser: Browser) -> Iterator[StorageState]:
    """Somebody with three pictures: one from words alone, one from a cup, one from a cat."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_up(page, server, "beholder")
    generate(page, "words alone")
    finished(page, "words alone")
    for photo, words in (("coffee.png", "from a cup"), ("chelsea.png", "from a cat")):
        add_source(page, PHOTOS / photo)
        generate(page, words)
        finished(page, words)
        page.get_by_role("button", name="Remove", exact=False).first.click()
        expect(page.get_by_alt_text("Source 1", exact=False)).to_have_count(0)
    yield context.storage_state()
    context.close()


def opened(server: StudioServer, new_page: NewPage, signed_in: StorageState, size: str) -> Page:
    page = new_page(server.url, size, storage_state=signed_in, bypass_csp=True)
    page.goto("/w/beholder")
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(viewed(page, "from a cat")).to_be_visible()
    return page


def viewed(page: Page, words: str) -> Locator:
    return page.locator("[data-viewer]").get_by_role("img", name=words, exact=True)


def source(page: Page) -> Locator:
    return page.get_by_alt_text(_OWN)


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_source_is_seen_as_long_as_the_button_is_held(
    server: StudioServer, new_page: NewPage, signed_in: StorageState
) -> None:
    page = opened(server, new_page, signed_in, "desktop")
    peek = page.get_by_role("button", name="Hold to see the source")
    page.mouse.move(*middle(peek))
    expect(source(page)).to_have_count(0)
    page.mouse.down()
    expect(source(page)).to_be_visible()
    page.mouse.up()
    expect(source(page)).to_have_count(0)
    page.mouse.down()
    expect(source(page)).to_be_visible()
    page.mouse.move(700, 500)  # the hand slips off the button
    expect(source(page)).to_have_count(0)
    page.mouse.up()
    for key in ("Enter", " "):
        peek.focus()
        page.keyboard.down(key)
        expect(source(page)).to_be_visible()
        page.keyboard.up(key)
        expect(source(page)).to_have_count(0)
    page.keyboard.down(" ")
    expect(source(page)).to_be_visible()
    page.get_by_label("Prompt").focus()
    expect(source(page)).to_have_count(0)


def test_nothing_is_held_any_more_once_a_new_picture_took_the_stage(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "holder")
    add_source(page, PHOTOS / "coffee.png")
    generate(page, "from a cup")
    expect(viewed(page, "from a cup")).to_be_visible(timeout=40_000)
    elsewhere = page.context.new_page()
    elsewhere.goto("/w/holder")
    expect(elsewhere.get_by_label("Prompt")).to_be_enabled()
    page.bring_to_front()
    page.mouse.move(*middle(page.get_by_role("button", name="Hold to see the source")))
    page.mouse.down()
    expect(source(page)).to_be_visible()
    generate(elsewhere, "words alone")
    expect(viewed(page, "words alone")).to_be_visible(timeout=40_000)
    page.mouse.up()
    expect(page.locator("[data-viewer]").get_by_text("Source", exact=True)).to_have_count(0)


def test_what_is_held_while_comparing_shows_all_of_the_source(
    server: StudioServer, new_page: NewPage, signed_in: StorageState, keep: Keep
) -> None:
    page = opened(server, new_page, signed_in, "desktop")
    page.get_by_role("button", name="Compare").click()
    peek = page.get_by_role("button", name="Hold to see the source")
    expect(source(page)).to_have_css("clip-path", "inset(0px 50% 0px 0px)")
    page.mouse.move(*middle(peek))
    page.mouse.down()
    expect(source(page)).to_have_css("clip-path", "none")
    expect(page.locator("[data-viewer]").get_by_text("Source", exact=True)).to_be_visible()
    keep(page, "peek-while-comparing")
    page.mouse.up()
    expect(source(page)).to_have_css("clip-path", "inset(0px 50% 0px 0px)")
    page.get_by_role("button", name="Side by side").click()
    expect(peek).to_have_count(0)  # both are seen anyway


def test_the_source_is_seen_as_long_as_a_finger_holds_the_button(
    server: StudioServer, new_page: NewPage, signed_in: StorageState
) -> None:
    page = opened(server, new_page, signed_in, "phone")
    fingers = Fingers(page)
    fingers.down(middle(page.get_by_role("button", name="Hold to see the source")))
    expect(source(page)).to_be_visible()
    fingers.up()
    expect(source(page)).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_side_by_side_both_zoom_and_move_together(
    size: str, server: StudioServer, new_page: NewPage, signed_in: StorageState, keep: Keep
) -> None:
    page = opened(server, new_page, signed_in, size)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Side by side").click()
    pictures = (source(page), viewed(page, "from a cat"))
    panes = [one.locator("../..").bounding_box() for one in pictures]

    def places() -> list[tuple[int, int, int]]:
        """Where each picture lies in its pane, and how wide it is."""
        found = []
        for one, pane in zip(pictures, panes, strict=True):
            box = one.bounding_box()
            assert box is not None
            assert pane is not None
            found.append((round(box["x"] - pane["x"]), round(box["y"] - pane["y"]), round(box["width"])))
        return found

    before = places()
    assert before[0] == before[1] == (0, 0, before[0][2])
    x, y = middle(pictures[1])
    if size == "desktop":
        page.mouse.move(x, y)
        page.mouse.wheel(0, -300)
    else:
        fingers = Fingers(page)
        fingers.down((x - 30, y), (x + 30, y))
        fingers.move((x - 90, y), (x + 90, y))
        fingers.up()
    page.wait_for_function(f"{_BOX}.width > {1.5 * before[0][2]}")
    zoomed, x0 = places(), page.evaluate(f"{_BOX}.x")
    assert zoomed[0] == zoomed[1]
    if size == "desktop":
        page.mouse.down()
        page.mouse.move(x + 60, y + 40, steps=4)
        page.mouse.up()
    else:
        fingers.down((x, y))
        fingers.move((x + 60, y + 40))
        fingers.up()
    page.wait_for_function(f"{_BOX}.x > {x0 + 40}")
    moved = places()
    assert moved[0] == moved[1] == (zoomed[0][0] + 60, zoomed[0][1] + 40, zoomed[0][2])
    assert_accessible(page, f"side by side, zoomed ({size})")
    assert_fits(page, f"side by side, zoomed ({size})")
    keep(page, f"beside-zoomed-{size}")


def test_steps_keep_the_source_and_a_choice_takes_its_own(
    server: StudioServer, new_page: NewPage, signed_in: StorageState, keep: Keep
) -> None:
    page = opened(server, new_page, signed_in, "desktop")
    page.get_by_role("button", name="Compare").click()
    cat = source(page).get_attribute("src") or ""
    page.evaluate("document.activeElement.blur()")
    other = page.get_by_alt_text(_OTHER)
    for words in ("from a cup", "words alone"):
        page.keyboard.press("ArrowRight")
        expect(viewed(page, words)).to_be_visible()
        expect(other).to_have_attribute("src", cat)
        expect(page.get_by_role("button", name="Settings", exact=True)).to_have_count(0)  # of another pair
    assert_accessible(page, "compared with another source")
    keep(page, "compare-stepped")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(source(page)).to_have_attribute("src", cat)
    page.get_by_role("button", name="from a cup", exact=True).first.click()
    expect(source(page)).to_be_visible()
    expect(source(page)).not_to_have_attribute("src", cat)
    page.get_by_role("button", name="words alone", exact=True).first.click()
    expect(source(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Compare")).to_have_count(0)


def test_a_new_picture_takes_the_stage_only_while_it_is_followed(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "follower")
    follow = page.get_by_label("Follow new results")
    expect(follow).to_be_checked()
    on_stage = page.locator("[data-viewer] img[width]")
    for words in ("the first", "the second"):
        generate(page, words)
        expect(on_stage).to_have_attribute("alt", words, timeout=40_000)
    follow.uncheck()
    for number, words in enumerate(("the third", "the fourth"), 1):
        generate(page, words)
        expect(page.get_by_role("button", name=re.compile(rf"^{number} new picture"))).to_be_visible(timeout=40_000)
        expect(on_stage).to_have_attribute("alt", "the second")
    follow.check()
    generate(page, "the fifth")
    expect(on_stage).to_have_attribute("alt", "the fifth", timeout=40_000)
    expect(page.get_by_role("button", name=re.compile("new picture"))).to_have_count(0)
    follow.uncheck()
    page.get_by_role("banner").get_by_role("link", name="Library").click()
    page.get_by_role("banner").get_by_role("link", name="Studio").click()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    expect(follow).not_to_be_checked()
    page.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(follow).not_to_be_checked()
