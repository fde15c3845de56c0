"""What the studio shows before any script has run."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import a_past, sign_up
from tests.e2e.studio_server import StudioServer

_PATIENCE = 1000  # ms that the script waits for the picture
# What is shown in each frame in which the page has its first picture, without repetition.
_WATCH_HEADER = """window.seen = []; (function look() {
  const shown = (which) => document.querySelector(which)?.checkVisibility({contentVisibilityAuto: true});
  if (shown("#first-look img")) {
    const now = shown("header div a") ? "picture and header" : "picture";
    if (seen.at(-1) !== now) seen.push(now);
  }
  requestAnimationFrame(look);
})()"""


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_the_newest_picture_is_there_already_and_stays_where_it_is(
    size: str, count: int, server: StudioServer, new_page: NewPage, browser: Browser
) -> None:
    page = new_page(server.url, size)
    name = f"looks-{size}-{count}"
    sign_up(page, server, name)
    a_past(server, name, 2, count=count)
    page.reload()
    on_stage = page.locator("#stage [data-viewer] img[width]").first
    expect(on_stage).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#first-look")).to_have_count(0)

    width, height = SIZES[size]
    without = browser.new_context(
        java_script_enabled=False,
        viewport={"width": width, "height": height},
        storage_state=page.context.storage_state(),
    )
    early = without.new_page()
    early.goto(page.url)
    first = early.locator("#first-look img")
    expect(first).to_be_visible()
    assert first.get_attribute("src") == on_stage.get_attribute("src")
    assert _place(first) == pytest.approx(_place(on_stage), abs=1)
    without.close()


def _place(picture: Locator) -> list[float]:
    box = picture.bounding_box()
    assert box
    return [box["x"], box["y"], box["width"], box["height"]]


def test_the_script_begins_after_the_picture(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "early")
    a_past(server, "early", 2)
    page.reload()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    picture, script = page.evaluate(
        """() => {
            const asked = performance.getEntriesByType("resource");
            const scripts = asked.filter((one) => new URL(one.name).pathname.endsWith(".js"));
            return [
                asked.find((one) => one.name.endsWith("/preview")).responseEnd,
                Math.min(...scripts.map((one) => one.startTime)),
            ];
        }"""
    )
    assert script >= min(picture, _PATIENCE)


def test_the_first_frame_lays_out_nothing_but_the_picture(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "alone")
    a_past(server, "alone", 2)
    page.add_init_script(_WATCH_HEADER)
    page.reload()
    expect(page.get_by_role("link", name="Kaleipix, home")).to_be_visible()
    assert page.evaluate("seen") == ["picture", "picture and header"]


def test_a_picture_that_does_not_come_keeps_nobody_waiting(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "patient")
    a_past(server, "patient", 2)
    page.route("**/preview", lambda _never_answered: None)
    page.route("**/assets/*.js", lambda _never_answered: None)
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Generate")).to_be_visible()
    page.unroute("**/assets/*.js")
    page.reload(wait_until="commit")
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()


def test_a_tab_that_shows_nothing_yet_is_alive_too(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "behind")
    page.add_init_script("window.requestAnimationFrame = () => 0")
    page.reload()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()


@pytest.mark.parametrize("room", ["", "/library", "/shares"])
def test_its_links_are_right_before_the_state_is_there(
    room: str, server: StudioServer, new_page: NewPage, browser: Browser
) -> None:
    page = new_page(server.url)
    sign_up(page, server, f"hasty{room.replace('/', '-')}")
    home = page.url
    kept = page.context.storage_state()
    for scripts in (False, True):
        context = browser.new_context(java_script_enabled=scripts, storage_state=kept)
        early = context.new_page()
        early.route_web_socket("**", lambda _says_nothing: None)
        early.goto(home + room)
        early.wait_for_load_state("networkidle")
        inside = early.locator('a[href^="/w"]').evaluate_all("links => links.map((link) => link.pathname)")
        assert [path for path in inside if not f"{path}/".startswith(f"{urlsplit(home).path}/")] == []
        early.get_by_role("navigation", name="Workspace").get_by_role("link", name="Library").click()
        expect(early).to_have_url(f"{home}/library")
        context.close()
