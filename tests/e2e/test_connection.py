"""Cut off while something runs: it is said, it goes by itself, nothing is lost. And who wants no motion has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import balance, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, look_at
from tests.e2e.test_library import tiles

Keep = Callable[[Page, str], None]
_COVERED = """(line) => {
    const box = line.getBoundingClientRect(), covers = (one) =>
        box.left < one.right && one.left < box.right && box.top < one.bottom && one.top < box.bottom;
    return [...document.querySelectorAll("a, button, input, textarea, img, p, h1, h2, #running, #stage")]
        .filter((one) => one.checkVisibility() && one.offsetWidth !== 1 && covers(one.getBoundingClientRect()))
        .map((one) => one.outerHTML);
}"""
# What moves for longer than a frame, as the browser itself counts it.
_MOVING = """() => document.getAnimations().map((one) => [one.animationName ?? one.transitionProperty,
  one.effect.getComputedTiming().endTime]).filter(([, time]) => time > 16)"""

_WATCH_PROMPT = """() => {
    const field = document.getElementById("prompt");
    window.takenAway = false;
    new MutationObserver(() => { takenAway ||= field.disabled; }).observe(field, {attributeFilter: ["disabled"]});
}"""


@pytest.mark.parametrize("size", SIZES)
def test_offline_while_something_runs(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"tunnel-{size}")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "through the tunnel")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.context.set_offline(True)
    banner = page.get_by_role("status").filter(has_text="You are offline")
    expect(banner).to_contain_text("goes on")
    look_at(page, "offline", size, keep)
    page.context.set_offline(False)
    expect(banner).to_have_count(0)
    finished(page, "through the tunnel")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_text("Connected again")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_that_all_is_well_again_covers_nothing(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"daylight-{size}")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "out of the tunnel")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline")).to_be_visible()
    page.context.set_offline(False)
    line = page.get_by_text("Connected again")
    expect(line).to_be_visible()
    assert line.evaluate(_COVERED) == []
    keep(page, f"connected-again-{size}")
    expect(line).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_server_that_dies_and_comes_back_finishes_what_ran(
    size: str, tmp_path: Path, new_page: NewPage, keep: Keep
) -> None:
    server = StudioServer(tmp_path / "data").start()
    try:
        page = new_page(server.url, size, bypass_csp=True)
        sign_up(page, server, f"phoenix-{size}")
        page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
        expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
        generate(page, "out of the ashes")
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        page.get_by_label("Prompt").fill("half a thought")
        server.kill()
        banner = page.get_by_role("status").filter(has_text="Reconnecting")
        expect(banner).to_contain_text("nothing that runs is lost")
        assert_accessible(page, f"reconnecting ({size})")
        keep(page, f"reconnecting-{size}")
        server.start()
        page.evaluate(_WATCH_PROMPT)
        expect(banner).to_have_count(0, timeout=40_000)
        finished(page, "out of the ashes")
        expect(page.get_by_role("button", name="Generate")).to_be_enabled()
        expect(page.get_by_label("Prompt")).to_have_value("half a thought")
        expect(page.get_by_label("Prompt")).to_be_focused()
        assert not page.evaluate("takenAway"), "one types on while the page catches up"
    finally:
        server.stop()


def test_a_click_of_before_a_restart_makes_nothing_else_than_what_was_chosen(tmp_path: Path, new_page: NewPage) -> None:
    server = StudioServer(tmp_path / "data").start()
    try:
        page = new_page(server.url)
        sign_up(page, server, "chooser")
        number = page.get_by_role("group", name="Number of images")
        number.get_by_role("radio", name="3").check()
        expect(page.get_by_role("button", name="Generate 3")).to_be_visible()
        server.kill()
        expect(page.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
        generate(page, "three of them")
        server.start()
        expect(page.get_by_role("alert").filter(has_text="lost what was chosen here")).to_be_visible(timeout=40_000)
        expect(page.get_by_role("status", name="Credits")).to_have_text("40 credits")
        expect(page.get_by_label("Prompt")).to_have_value("three of them")
        number.get_by_role("radio", name="3").check()
        page.get_by_role("button", name="Generate 3").click()
        finished(page, "three of them")
        assert balance(page) == 37
    finally:
        server.stop()


@pytest.mark.parametrize("size", SIZES)
def test_who_wants_no_motion_sees_none(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    page.emulate_media(reduced_motion="reduce")
    moved: dict[str, object] = {}

    def watch(where: str) -> None:
        moved[where] = page.evaluate(_MOVING)

    sign_up(page, server, f"still-{size}-motion")
    watch("studio")
    generate(page, "the real one")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    watch("a picture is made")
    finished(page, "the real one")
    watch("a picture has come")
    page.locator("#stage").get_by_role("button", name="Share").click()
    expect(page.get_by_role("dialog", name="Share")).to_be_visible()
    watch("share dialog")
    page.keyboard.press("Escape")
    page.goto(f"/w/still-{size}-motion/library")
    expect(tiles(page).first).to_be_visible()
    watch("library")
    page.get_by_role("button", name="Favourites").hover()
    watch("library, pointer on a button")
    tiles(page).first.click()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    watch("picture")
    assert {where: what for where, what in moved.items() if what} == {}
