"""The library in a real browser: thousands of pictures, few nodes; filters in the address; selection, ZIP, undo."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from kaleipix_app.backend import tokens
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import Fingers, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import _WATCH_SHIFTS, assert_accessible, assert_fits, look_at

Keep = Callable[[Page, str], None]
_MANY = 3_000


def fill(server: StudioServer, username: str, count: int) -> None:
    """Copies of the person's only picture and its generation, one each quarter of an hour before now."""
    with sqlite3.connect(server.data_dir / "kaleipix.db") as db:
        db.row_factory = sqlite3.Row
        image = dict(
            db.execute(
                "SELECT * FROM image WHERE owner_id = (SELECT id FROM user WHERE username = ?)", (username,)
            ).fetchone()
        )
        generation = dict(db.execute("SELECT * FROM generation WHERE id = ?", (image["generation_id"],)).fetchone())
        made, images, words = [], [], []
        for number in range(count):
            at = tokens.made_at(generation["id"]).timestamp() - 900 * (number + 1)
            id = tokens.first_id(tokens.made_at(generation["id"]).fromtimestamp(at).astimezone())
            moment = tokens.made_at(id).strftime("%Y-%m-%d %H:%M:%S.%f")
            made.append({**generation, "id": id, "prompt": f"copy {number}", "created_at": moment})
            images.append({**image, "id": f"{id}0", "generation_id": id, "created_at": moment})
            words += [{"owner": image["owner_id"], "word": word, "id": id} for word in ("copy", str(number))]
        for table, rows in (("generation", made), ("image", images)):
            names = ", ".join(f'"{name}"' for name in rows[0])
            db.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in rows[0])})", rows)
        db.executemany("INSERT INTO prompt_word (owner_id, word, generation_id) VALUES (:owner, :word, :id)", words)


def a_library(page: Page, server: StudioServer, name: str, count: int = 0) -> None:
    """One real picture, and copies of it."""
    sign_up(page, server, name)
    generate(page, "the real one")
    finished(page, "the real one")
    if count:
        fill(server, name, count)
    page.goto(f"/w/{name}/library")
    expect(page.get_by_text(total(count + 1), exact=True)).to_be_visible()


def total(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def tiles(page: Page) -> Locator:
    return page.get_by_role("grid", name="Pictures").get_by_role("img")


def settled(page: Page) -> None:
    """The rows on the screen are there and have been loaded."""
    page.wait_for_function(
        """() => {
          const frame = document.querySelector("[role=grid]")?.getBoundingClientRect();
          if (!frame || document.querySelector("[role=grid] [aria-label=Loading]")) return false;
          if (document.querySelector("[role=grid]").getAttribute("aria-rowcount") === "-1") return false;
          const rows = [...document.querySelectorAll("[role=row]")].map((row) => row.getBoundingClientRect());
          const from = Math.max(frame.top, 60), to = Math.min(frame.bottom, innerHeight) - 60;
          const has = (y) => rows.some((row) => row.top - 60 <= y && y <= row.bottom + 60);
          return [from, (from + to) / 2, to].every(has);
        }"""
    )


def on_screen(page: Page) -> list[str]:
    """Alternative texts of the tiles that are in view."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('[role=grid] img')].filter((img) => { const box = img.getBoundingClientRect();"
        " return box.top < innerHeight && box.bottom > 56; }).map((img) => img.alt)"
    )
    return found


def bar(page: Page) -> Locator:
    return page.get_by_role("group", name="Selection")


@pytest.mark.parametrize("size", SIZES)
def test_thousands_of_pictures_are_few_nodes_and_small_events(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    page.add_init_script(_WATCH_SHIFTS)
    frames: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(len(data))))
    a_library(page, server, f"hoarder-{size}", _MANY)
    expect(tiles(page).first).to_be_visible()
    frames.clear()
    shifted = {"opened": page.evaluate("window.shifted")}
    expect(page.get_by_role("grid", name="Pictures")).to_have_attribute("aria-rowcount", re.compile(r"\d{3}"))
    shown = []
    for part in (1, 0.3, 0.9, 0.6, 0):  # the bar of the page, dragged
        room = page.evaluate("document.documentElement.scrollHeight - innerHeight")
        page.evaluate(f"scrollTo(0, {part} * {room})")
        page.wait_for_function(
            "(part) => Math.abs(scrollY / (document.documentElement.scrollHeight - innerHeight) - part) < 0.01",
            arg=part,
        )
        settled(page)
        shown.append(on_screen(page))
        assert tiles(page).count() < 120
        assert page.evaluate("document.querySelectorAll('*').length") < 1_500
    assert shown[0][-1] == f"copy {_MANY - 1}"
    assert abs(int(shown[1][0].split()[1]) - 0.3 * _MANY) < 60
    assert shown[4][0] == "the real one"
    shifted["scrolled"] = page.evaluate("window.shifted")
    assert frames
    assert max(frames) < 20_000
    assert_fits(page, "library")
    keep(page, f"library-many-{size}")
    page.get_by_role("button", name="Oldest first").click()
    expect(tiles(page).first).to_have_attribute("alt", f"copy {_MANY - 1}")
    shifted["sorted"] = page.evaluate("window.shifted")
    assert {when: much for when, much in shifted.items() if much >= 0.02} == {}


@pytest.mark.parametrize("size", SIZES)
def test_every_state_is_accessible(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size, bypass_csp=True)

    def look(state: str) -> None:
        look_at(page, state, size, keep)

    sign_up(page, server, f"shelf-{size}")
    page.goto(f"/w/shelf-{size}/library")
    expect(page.get_by_text("Your library is empty")).to_be_visible()
    look("library-empty")
    page.goto(f"/w/shelf-{size}")
    generate(page, "the real one")
    finished(page, "the real one")
    fill(server, f"shelf-{size}", 100)
    page.goto(f"/w/shelf-{size}/library")
    expect(tiles(page).first).to_be_visible()
    look("library")
    tiles(page).first.click()
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    look("library-detail")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Picture")).not_to_be_visible()
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("101 selected")
    look("library-selected")
    bar(page).get_by_role("button", name="New collection").click()
    expect(page.get_by_role("dialog", name="New collection")).to_be_visible()
    look("library-collection")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="New collection")).not_to_be_visible()
    page.get_by_label("Search in prompts").fill("nowhere")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    look("library-no-match")


def test_the_address_holds_the_filter(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "finder", 60)
    page.get_by_label("Search in prompts").fill("copy 17")
    page.wait_for_url(re.compile(r"q=copy"))
    expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    expect(tiles(page)).to_have_attribute("alt", "copy 17")
    page.reload()
    expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    expect(page.get_by_label("Search in prompts")).to_have_value("copy 17")
    page.get_by_label("Kind").select_option("source")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.go_back()
    expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_text(total(61), exact=True)).to_be_visible()
    expect(page.get_by_label("Search in prompts")).to_have_value("")


def test_with_the_keyboard_alone(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "typist", 30)
    tiles(page).first.locator("..").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(".")
    cell = page.get_by_role("gridcell").filter(has=page.get_by_alt_text("copy 0", exact=True))
    expect(cell.get_by_text("Favourite")).to_be_attached()
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Delete")
    expect(page.get_by_text(total(30), exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(total(31), exact=True)).to_be_visible()
    expect(tiles(page).first).to_have_attribute("alt", "the real one")
    page.get_by_label("Search in prompts").press("Control+a")
    page.get_by_label("Search in prompts").press(".")
    expect(bar(page)).not_to_contain_text("selected")
    page.get_by_role("heading", name="Library").click()
    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text("31 selected")
    page.keyboard.press("Escape")
    expect(bar(page)).not_to_contain_text("selected")


def test_a_jump_to_the_far_end_and_back_by_keys_and_what_lies_between_is_in_its_place(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url)
    a_library(page, server, "jumper", 1_000)
    asked: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: asked.append(str(data))))
    page.reload()
    settled(page)
    tiles(page).first.locator("..").focus()
    asked.clear()
    page.keyboard.press("End")
    last = page.get_by_role("gridcell").filter(has=page.get_by_alt_text("copy 999", exact=True))
    expect(last.locator("[data-at]")).to_be_focused()
    settled(page)
    assert 0 < len([one for one in asked if "library.fill" in one]) <= 4
    for number in range(998, 985, -1):
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_alt_text(f"copy {number}", exact=True).locator("..")).to_be_focused()
    page.keyboard.press("ArrowUp")
    settled(page)
    for _ in range(6):  # back up, through what was never loaded
        page.mouse.wheel(0, -700)
        settled(page)
        numbers = [int(alt.split()[1]) for alt in on_screen(page)]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
    page.keyboard.press("Home")
    expect(page.get_by_alt_text("the real one", exact=True).locator("..")).to_be_focused()


def test_the_month_is_told_while_the_library_goes_by(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, bypass_csp=True)
    a_library(page, server, "leafer", 9_000)
    settled(page)
    month = page.locator("[data-scale] span").first
    expect(month).to_have_css("opacity", "0")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 120)  # read on: nothing gets in the way
    page.wait_for_function("scrollY > 100")
    expect(month).to_have_css("opacity", "0")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(month).to_have_css("opacity", "1")
    keep(page, "library-month-desktop")
    told = month.inner_text()
    assert_accessible(page, "the month")
    settled(page)
    now = datetime.now().astimezone()
    made = [now - timedelta(seconds=900 * (int(alt.split()[1]) + 1)) for alt in on_screen(page)]
    assert told in {f"{at:%B %Y}" for at in made}
    expect(month).to_have_css("opacity", "0")


def test_a_finger_takes_the_handle_to_any_month(server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "thumber", 9_000)
    settled(page)
    fingers, handle = Fingers(page), page.locator("[data-scale] span").last
    fingers.down((200, 600))
    for step in range(1, 8):
        fingers.move((200, 600 - 40 * step))
    fingers.up()
    expect(handle).to_have_css("opacity", "1")
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers.down((x, y))
    fingers.move((x, y + 200))
    fingers.move((x, 800))
    expect(page.locator("[data-scale] span").first).to_have_css("opacity", "1")
    keep(page, "library-month-phone")
    fingers.up()
    settled(page)
    assert on_screen(page)[-1] == "copy 8999"
    expect(bar(page)).not_to_contain_text("selected")


def test_what_happens_far_down_happens_to_the_right_picture(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "faller", 600)
    tiles(page).first.locator("..").focus()
    page.get_by_role("checkbox", name="Select: copy 0", exact=True).click(force=True)
    expect(bar(page)).to_contain_text("1 selected")
    settled(page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.get_by_alt_text("copy 599", exact=True).click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("600 selected")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    settled(page)
    expect(page.get_by_role("grid").locator("[aria-selected=false]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(bar(page)).not_to_contain_text("selected")
    (one, *_, other) = on_screen(page)[8:20]
    page.get_by_alt_text(one, exact=True).locator("..").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text(total(600), exact=True)).to_be_visible()
    expect(page.get_by_alt_text(one, exact=True)).to_have_count(0)
    generate_elsewhere(page, "faller", "a late gate")
    expect(page.get_by_text(total(601), exact=True)).to_be_visible()
    expect(page.get_by_alt_text(other, exact=True)).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    settled(page)
    assert on_screen(page)[:3] == ["a late gate", "the real one", "copy 0"]


def generate_elsewhere(page: Page, username: str, prompt: str) -> None:
    other = page.context.new_page()
    other.goto(f"/w/{username}")
    generate(other, prompt)
    finished(other, prompt)


def test_a_selection_beyond_the_screen_is_collected_zipped_and_deleted(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "collector", 200)
    page.get_by_role("checkbox", name="Select: copy 1", exact=True).click()
    page.get_by_alt_text("copy 6", exact=True).click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("6 selected")
    bar(page).get_by_role("button", name="New collection").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Six")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_label("Collection", exact=True).select_option("Six")
    expect(page.get_by_text(total(6), exact=True)).to_be_visible()
    page.get_by_label("Collection", exact=True).select_option("")
    expect(page.get_by_text(total(201), exact=True)).to_be_visible()
    page.get_by_role("checkbox", name="Select: copy 1", exact=True).click()
    bar(page).get_by_role("button", name="Select all 201 matching").click()
    expect(bar(page)).to_contain_text("201 selected")
    bar(page).get_by_role("button", name="Share", exact=True).click()
    share = page.get_by_role("dialog", name="Share")
    expect(share.get_by_role("button", name="Create link")).to_be_visible()
    page.keyboard.press("Escape")
    expect(share).not_to_be_visible()
    with page.expect_download() as download:
        bar(page).get_by_role("button", name="ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len([name for name in archive.namelist() if name.startswith("results/")]) == 201
    page.get_by_role("checkbox", name="Select: the real one", exact=True).click()
    expect(bar(page)).to_contain_text("200 selected")
    bar(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_text(total(1), exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(total(201), exact=True)).to_be_visible()


def test_a_long_press_selects_on_a_phone(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    a_library(page, server, "thumbs", 30)
    box = tiles(page).nth(1).bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    point = [{"x": box["x"] + 40, "y": box["y"] + 40}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    expect(bar(page)).to_contain_text("1 selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tiles(page).nth(2).tap()
    expect(bar(page)).to_contain_text("2 selected")


@pytest.mark.parametrize("size", SIZES)
def test_from_the_studio_and_back_with_everything(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"remixer-{size}")
    generate(page, "a blue gate")
    finished(page, "a blue gate")
    favourite = page.locator("#stage").get_by_role("button", name="Favourite")
    favourite.click()
    expect(favourite).to_have_attribute("aria-pressed", "true")
    page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Library").click()
    page.get_by_role("button", name="Favourites").click()
    tiles(page).first.click()
    dialog = page.get_by_role("dialog", name="Picture")
    expect(dialog).to_contain_text("Made by an algorithm")
    dialog.get_by_role("button", name="Use all").click()
    page.wait_for_url(f"**/w/remixer-{size}")
    expect(page.get_by_label("Prompt")).to_have_value("a blue gate")
    expect(page.get_by_label("Seed")).to_have_value(re.compile(r"^\d+$"))


def test_a_picture_made_elsewhere_arrives_by_itself(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    a_library(page, server, "doubler")
    generate_elsewhere(page, "doubler", "a second gate")
    expect(page.get_by_text(total(2), exact=True)).to_be_visible()
    expect(tiles(page).first).to_have_attribute("alt", "a second gate")
