"""Every page and state, at both sizes, dark and light: axe finds nothing, nothing jumps, nothing is out of reach."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import a_past, add_source, finished, generate, sign_in_elsewhere, sign_up
from tests.e2e.studio_server import StudioServer

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Adds up layout shifts that no input has caused, from the first paint on (web.dev/cls, without windows: stricter).
_WATCH_SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});"""
# Where each control was when first seen, and which of them are elsewhere now: a finger on its way to them misses.
_WATCH_CONTROLS = """window.places = new Map(); (function look() {
  for (const one of document.querySelectorAll("main :is(a, button, input, select, textarea)"))
    if (!places.has(one) && one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
      places.set(one, one.getBoundingClientRect().top + scrollY);
  requestAnimationFrame(look);
})()"""
_MOVED = """() => [...places]
  .filter(([one, top]) => one.isConnected && Math.abs(one.getBoundingClientRect().top + scrollY - top) > 1)
  .map(([one]) => one.ariaLabel || one.innerText || one.name)"""
# Controls that could be used and then, without being touched, could not: what was typed or pressed meanwhile is lost.
_WATCH_TAKEN_AWAY = """window.taken = []; new MutationObserver((changes) => {
  for (const {target, oldValue} of changes)
    if (oldValue === null && target.disabled) taken.push(target.ariaLabel || target.innerText || target.name);
}).observe(document, {subtree: true, attributeFilter: ["disabled"], attributeOldValue: true});"""
# axe must not measure a colour on its way to the next one. Pages of the build change by script, others by themselves;
# which colours are on their way is known a frame later.
_COLOURS_HAVE_CHANGED = """async (scheme) => {
  const frame = () => new Promise(requestAnimationFrame);
  const changing = () => document.getAnimations()
    .filter((one) => one instanceof CSSTransition && one.playState === "running");
  const classes = document.documentElement.classList;
  while ((classes.contains("light") || classes.contains("dark")) && !classes.contains(scheme)) await frame();
  await frame();
  await frame();
  while (changing().length) {
    await Promise.allSettled(changing().map((one) => one.finished));
    await frame();
  }
}"""

Keep = Callable[[Page, str], None]


def assert_accessible(page: Page, where: str) -> None:
    found = Axe().run(page, options=_RULES).response["violations"]
    told = [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']][:3]}" for one in found]
    assert told == [], f"{where}: {told}"


def look_at(page: Page, state: str, size: str, keep: Keep) -> None:
    """This state, in dark and in light: axe finds nothing, nothing is too wide, a screenshot is kept."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(_COLOURS_HAVE_CHANGED, scheme)
        assert_accessible(page, f"{state} ({size}, {scheme})")
        assert_fits(page, f"{state} ({size}, {scheme})")
        keep(page, f"{state}-{size}-{scheme}")


def assert_fits(page: Page, where: str) -> None:
    """No sideways scrolling, and on a phone no page that was shrunk to fit."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{where} is {wide} px too wide"
    assert page.viewport_size is not None
    assert page.evaluate("innerWidth") == page.viewport_size["width"], f"{where} was shrunk"


@pytest.mark.parametrize("size", SIZES)
def test_every_page_and_state(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size, bypass_csp=True)

    def look(state: str) -> None:
        look_at(page, state, size, keep)

    for path in ("/", "/nothing-here"):
        page.goto(path)
        look("landing" if path == "/" else "unknown")
    page.goto("/login")
    expect(page.get_by_role("button", name="Send code")).to_be_enabled()
    look("login-email")
    page.get_by_label("Email").fill("not an address")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("login-error")
    number = len(server.mails())
    page.get_by_label("Email").fill(f"{size}@example.com")
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    look("login-code")
    page.get_by_label("Code").fill(server.code(number))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Username")).to_be_visible()
    look("login-register")
    page.get_by_label("Username").fill(f"axe-{size}")
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Create workspace").click()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    look("studio-empty")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("studio-input-error")
    add_source(page, PHOTOS / "coffee.png")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "cups and saucers")
    expect(page.get_by_role("status").filter(has_text=re.compile("Starting|Running"))).to_be_visible()
    look("studio-running")
    finished(page, "cups and saucers")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    look("studio-done")
    fail_the_latest(server)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("credits returned")
    look("studio-failed")
    look_at_the_activity(page, size, look)
    look_at_the_account(page, server, size, look)


def look_at_the_activity(page: Page, size: str, look: Callable[[str], None]) -> None:
    if size == "phone":
        page.get_by_role("link", name="Activity").click()
        expect(page.get_by_role("heading", name="Activity")).to_be_visible()
        look("activity")


def look_at_the_account(page: Page, server: StudioServer, size: str, look: Callable[[str], None]) -> None:
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("button", name="Change username")).to_be_enabled()
    look("account")
    page.get_by_role("button", name="Change username").click()
    page.get_by_role("textbox", name="Username").fill("admin")
    page.get_by_role("button", name="Save username").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("account-rename")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Change username")).to_be_focused()
    number = len(server.mails())
    page.get_by_role("button", name="Change e-mail address").click()
    expect(page.get_by_label("New e-mail address")).to_be_focused()
    look("account-new-address")
    page.get_by_label("New e-mail address").fill(f"another-{size}@example.com")
    page.get_by_role("button", name="Continue").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Code").fill("2222-2222")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    look("account-fresh-code")
    dialog.get_by_label("Code").fill(server.code(number))
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("Code from the new address")).to_be_focused()
    look("account-new-code")


def fail_the_latest(server: StudioServer) -> None:
    """A failure as the engine writes it, for the newest generation."""
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:
        db.execute(
            "UPDATE generation SET state = 'failed', error_code = 'timed_out',"
            " error_sentence = 'This took too long and was stopped. Try again.'"
            " WHERE id = (SELECT max(id) FROM generation)"
        )


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    page.add_init_script(_WATCH_SHIFTS)
    shifts = {}

    def measure(where: str) -> None:
        page.wait_for_load_state("networkidle")
        shifts[where] = page.evaluate("window.shifted")

    page.goto("/")
    measure("landing")
    page.goto("/login")
    expect(page.get_by_role("button", name="Send code")).to_be_enabled()
    measure("login")
    sign_up(page, server, f"still-{size}")
    measure("studio")
    generate(page, "a still life")
    finished(page, "a still life")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    measure("a picture arrives")
    page.reload()
    finished(page, "a still life")
    measure("studio with pictures")
    page.goto("/account")
    expect(page.get_by_role("button", name="Change username")).to_be_enabled()
    measure("account")
    page.goto("/plans")
    expect(page.get_by_role("table", name="Built-in engine")).to_be_visible()
    measure("plans")
    assert {where: shift for where, shift in shifts.items() if shift >= 0.02} == {}


@pytest.mark.parametrize("size", SIZES)
def test_a_control_stays_where_it_was_first_seen(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"aiming-{size}")
    a_past(server, f"aiming-{size}", 3)
    sign_in_elsewhere(new_page(server.url, size), server, f"aiming-{size}")  # a line more in the account's list
    page.add_init_script(_WATCH_CONTROLS)
    last = {
        f"/w/aiming-{size}": page.get_by_role("img", name="a picture, number 0"),
        f"/w/aiming-{size}/library": page.get_by_role("img", name="a picture, number 0"),
        f"/w/aiming-{size}/shares": page.get_by_text("Nothing is shared"),
        "/plans?need=30": page.get_by_role("table", name="Built-in engine"),
        "/account": page.get_by_text("Free plan, "),
        "/account/privacy": page.get_by_text("Generated images"),
    }
    for address, shown in last.items():
        page.goto(address)
        expect(shown.first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("places.size") > 0, address
        assert page.evaluate(_MOVED) == [], address


def test_a_control_that_can_be_used_stays_so_on_the_way_through_the_rooms(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url)
    page.add_init_script(_WATCH_TAKEN_AWAY)
    page.goto("/")
    expect(page.get_by_role("button", name="Switch between dark and light")).to_be_enabled()  # its script runs
    page.get_by_role("link", name="Open the studio").click()
    expect(page.get_by_label("Email")).to_be_focused()
    expect(page.get_by_role("button", name="Send code")).to_be_enabled()
    assert page.evaluate("taken") == []
    sign_up(page, server, "wandering")
    arrived = {
        "Library": page.get_by_role("heading", name="Library"),
        "Links": page.get_by_text("Nothing is shared"),
        "Plans": page.get_by_role("table", name="Built-in engine"),
        "Account": page.get_by_text("Free plan, "),
        "Studio": page.get_by_role("button", name="Generate"),
    }
    for room, shown in arrived.items():
        page.get_by_role("banner").get_by_role("link", name=room).click()
        expect(shown.first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("taken") == [], room


def test_at_double_zoom_everything_is_still_there(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "zoomed")
    page.set_viewport_size({"width": 720, "height": 450})  # what 200 % leaves of 1440 × 900
    assert_fits(page, "studio at 200 %")
    for control in ("Generate", "Sign out"):
        page.get_by_role("button", name=control).scroll_into_view_if_needed()
        expect(page.get_by_role("button", name=control)).to_be_in_viewport()


def test_before_scripts_have_run_controls_are_disabled_and_the_landing_page_is_whole(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, java_script_enabled=False)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("img", name="Before:", exact=False).first).to_be_visible()
    page.goto("/login")
    expect(page.get_by_label("Email")).to_be_disabled()
    expect(page.get_by_role("button", name="Send code")).to_be_disabled()
