"""Under a finger: whatever is pressed on a phone is large enough, in every room and dialog, and nothing covers it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import Fingers, add_source, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_library import Keep, a_library, bar, tiles
from tests.e2e.test_phone import overlap, place, tab
from tests.e2e.test_providers import Remote, first_picture, remote

__all__ = ["remote"]
# All but links in a text, and what lies in a label or over a picture that is pressed itself.
_SMALL = """() => {
    const dialog = document.querySelector("dialog[open]"), seen = {opacityProperty: true, visibilityProperty: true};
    return [...document.querySelectorAll("a, button, input, select, textarea, summary, label:has(input)")]
        .filter((one) => !one.matches("p a, dd a, li a, h2 ~ a, section > div > a, label input, [role=checkbox]"))
        .filter((one) => (!dialog || dialog.contains(one)) && one.checkVisibility(seen))
        .map((one) => [one.ariaLabel || one.textContent || one.name, one.getBoundingClientRect()])
        .filter(([, box]) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < 43.5)
        .map(([name, box]) => `${name}: ${box.width} x ${box.height}`);
}"""


def assert_large_enough(page: Page, where: str) -> None:
    assert page.evaluate(_SMALL) == [], where


def test_whatever_is_pressed_is_large_enough(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone")
    page.goto("/login")
    expect(page.get_by_role("button", name="Send code")).to_be_enabled()
    assert_large_enough(page, "login")
    sign_up(page, server, "thumb")
    assert_large_enough(page, "nothing made yet")
    add_source(page, PHOTOS / "coffee.png")
    generate(page, "by hand")
    finished(page, "by hand")
    assert_large_enough(page, "a picture on the stage")
    page.get_by_role("button", name="Compare").tap()
    expect(page.get_by_role("button", name="Side by side")).to_be_visible()
    assert_large_enough(page, "comparing")
    page.get_by_role("button", name="Compare").tap()
    page.get_by_role("button", name="Earlier").tap()
    expect(page.get_by_role("dialog", name="What you wrote before")).to_be_visible()
    assert_large_enough(page, "what was written before")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Model").tap()
    assert_large_enough(page, "models")
    page.keyboard.press("Escape")
    page.evaluate("scrollTo(0, 0)")  # the header lies over half of the row of tools
    page.get_by_role("button", name="Share", exact=True).tap()
    expect(page.get_by_role("button", name="Create link")).to_be_visible()
    assert_large_enough(page, "share")
    page.get_by_role("button", name="Create link").tap()
    expect(page.get_by_text(re.compile("It works until .* 20"))).to_be_visible()
    assert_large_enough(page, "shared")
    keep(page, "shared-phone")
    page.get_by_role("button", name="Done").tap()
    tab(page, "Activity").tap()
    assert_large_enough(page, "activity")
    page.get_by_role("button", name="Trash", exact=True).tap()
    assert_large_enough(page, "trash")
    for room in ("/w/thumb/library", "/w/thumb/shares", "/account", "/account/privacy", "/plans"):
        page.goto(room)
        page.wait_for_load_state("networkidle")
        assert_large_enough(page, room)
    page.goto("/w/thumb/library")
    tiles(page).first.tap()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    assert_large_enough(page, "a picture of the library")


def test_side_by_side_lies_under_no_tool(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "comparer")
    add_source(page, PHOTOS / "chelsea.png")
    generate(page, "from a cat")
    finished(page, "from a cat")
    page.get_by_role("button", name="Compare").tap()
    page.get_by_role("button", name="Side by side").tap()
    keep(page, "beside-phone")
    tools = place(page.get_by_role("group", name="Before and after"))
    wide, high = 451, 300  # of the source; the result has its shape
    for name in ("The source of this picture", "from a cat"):
        pane = place(page.locator("[data-viewer]").get_by_role("img", name=name, exact=True))
        drawn = pane["width"] * high / wide
        assert drawn < pane["height"], "one beside the other: there is room above and below"
        assert tools["y"] + tools["height"] <= pane["y"] + (pane["height"] - drawn) / 2 + 8


def test_a_finger_presses_no_disc_that_it_cannot_see(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "blindfold", 3)
    fingers, discs = Fingers(page), page.get_by_role("checkbox", name="Select:")

    def tap(number: int) -> None:
        box = place(discs.nth(number))
        fingers.down((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        fingers.up()

    expect(discs.first).to_have_css("opacity", "0")
    tap(1)
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Picture")).not_to_be_visible()
    expect(bar(page)).not_to_contain_text("selected")
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("4 selected")
    expect(discs.first).to_have_css("opacity", "1")
    tap(1)
    expect(bar(page)).to_contain_text("3 selected")


def test_failures_say_why_and_all_of_them_are_reached_and_dismissed(
    remote: Remote, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(remote.studio.url, "phone")
    sign_up(page, remote.studio, "unlucky-hand")
    for number, rule in enumerate(("policy", "validation")):
        prompt = f"{rule} in a hand"
        remote.fal.script("job", rule, prompt=prompt, times=None)
        if number:
            generate(page, prompt)
        else:
            first_picture(page, "FLUX.1 schnell", prompt, "fal.ai")
            expect(page.get_by_text("The safety filter refused this one.")).to_be_visible()
            expect(page.get_by_role("button", name="Retry")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(number + 1, timeout=40_000)
    keep(page, "two-failures-phone")
    page.get_by_role("link", name="2 failed").first.tap()
    expect(page.get_by_role("heading", name="Activity")).to_be_focused()
    expect(page.get_by_text("Not charged: credits returned")).to_have_count(2)
    page.get_by_role("button", name="Dismiss all 2").tap()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_nothing_is_pressed_through_the_line_that_says_offline(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "tapper")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "not to be cancelled")
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    page.context.set_offline(True)
    line = page.get_by_text("You are offline")
    expect(line).to_be_visible()
    if cancel.is_visible():  # else it is done already, and nothing lies below
        below = place(cancel)
        fingers = Fingers(page)
        fingers.down((below["x"] + below["width"] / 2, below["y"] + below["height"] / 2))
        fingers.up()
    page.context.set_offline(False)
    expect(line).to_have_count(0)
    finished(page, "not to be cancelled")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_thumbnails_of_the_history_have_their_place_before_they_come(
    size: str, server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"waiter-{size}")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="2").check()
    expect(page.get_by_role("button", name="Generate 2")).to_be_visible()
    generate(page, "two at once")
    finished(page, "two at once")
    page.route("**/thumb", lambda route: route.abort())
    page.goto(f"/w/waiter-{size}#activity" if size == "phone" else f"/w/waiter-{size}")
    thumbs = page.get_by_role("listitem").locator("button:has(img)")
    expect(thumbs).to_have_count(2)
    one, other = (place(thumb) for thumb in thumbs.all())
    assert one["width"] > 48
    assert one["width"] == pytest.approx(one["height"], abs=1)
    assert not overlap(one, other)
