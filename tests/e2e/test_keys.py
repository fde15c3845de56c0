"""Each key of the studio does what the list of keys says, and the list finds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from kaleipix_app.components.shortcuts import LISTED, LISTED_IN_LIBRARY
from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import add_source, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible


@pytest.fixture(scope="module")
def signed_in(server: StudioServer, browser: Browser) -> Iterator[StorageState]:
    """Somebody with two pictures, of which the newer has a source."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_up(page, server, "keys")
    generate(page, "one")
    finished(page, "one")
    add_source(page, PHOTOS / "coffee.png")
    generate(page, "two")
    finished(page, "two")
    yield context.storage_state()
    context.close()


@pytest.fixture
def page(server: StudioServer, new_page: NewPage, signed_in: StorageState) -> Page:
    opened = new_page(server.url, storage_state=signed_in, bypass_csp=True)
    opened.goto("/w/keys")
    expect(opened.get_by_label("Prompt")).to_be_enabled()
    expect(shown(opened)).to_have_attribute("alt", re.compile("."))
    return opened


def shown(page: Page) -> Locator:
    return page.locator("[data-viewer] img[width]")


def alt(page: Page) -> str:
    return shown(page).first.get_attribute("alt") or ""


def press_generate(page: Page) -> None:
    page.get_by_label("Prompt").fill("by key alone")
    page.keyboard.press("ControlOrMeta+Enter")
    finished(page, "by key alone")


def press_cancel(page: Page) -> None:
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "never wanted")
    expect(page.get_by_role("button", name="Cancel").first).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Shift+X")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def press_earlier_words(page: Page) -> None:
    field = page.get_by_label("Prompt")
    field.fill("half a thought")
    field.press("Alt+ArrowUp")
    expect(field).not_to_have_value("half a thought")
    field.press("Alt+ArrowDown")
    expect(field).to_have_value("half a thought")


def press_arrows(page: Page) -> None:
    first = alt(page)
    page.keyboard.press("ArrowRight")
    expect(shown(page)).not_to_have_attribute("alt", first)
    page.keyboard.press("ArrowLeft")
    expect(shown(page)).to_have_attribute("alt", first)


def press_zoom(page: Page) -> None:
    page.keyboard.press("z")
    expect(page.get_by_role("group", name="Zoom")).to_contain_text("%")


def with_a_source(page: Page) -> None:
    page.get_by_role("button", name="two", exact=True).first.click()
    expect(page.get_by_role("button", name="Compare")).to_be_visible()
    page.evaluate("document.activeElement.blur()")


def press_compare(page: Page) -> None:
    with_a_source(page)
    page.keyboard.press("c")
    expect(page.get_by_alt_text("The source of this picture")).to_be_visible()


def press_escape(page: Page) -> None:
    with_a_source(page)
    page.keyboard.press("c")
    expect(page.get_by_alt_text("The source of this picture")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_alt_text("The source of this picture")).to_have_count(0)
    page.keyboard.press("i")
    expect(page.get_by_text("Kaleidoscope, Built-in engine")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Kaleidoscope, Built-in engine")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def press_vary(page: Page) -> None:
    before = shown(page).get_attribute("src") or ""
    page.keyboard.press("v")
    expect(shown(page)).not_to_have_attribute("src", before)


def press_use_as_source(page: Page) -> None:
    page.keyboard.press("u")
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()


def press_reuse(page: Page) -> None:
    words = alt(page)
    page.keyboard.press("r")
    expect(page.get_by_label("Prompt")).to_have_value(words)


def press_download(page: Page) -> None:
    with page.expect_download():
        page.keyboard.press("d")


def press_link(page: Page) -> None:
    page.keyboard.press("l")
    expect(page.get_by_role("dialog", name="Share")).to_be_visible()


def press_favourite(page: Page) -> None:
    star = page.get_by_role("button", name="Favourite", exact=True)
    expect(star).to_have_attribute("aria-pressed", "false")
    page.keyboard.press(".")
    expect(star).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(".")
    expect(star).to_have_attribute("aria-pressed", "false")


def press_settings(page: Page) -> None:
    page.keyboard.press("i")
    expect(page.get_by_text("Kaleidoscope, Built-in engine")).to_be_visible()


def press_delete_and_take_back(page: Page) -> None:
    before = shown(page).get_attribute("src") or ""
    page.keyboard.press("Delete")
    expect(shown(page)).not_to_have_attribute("src", before)
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(f'img[src="{before.replace("preview", "thumb")}"]')).not_to_have_count(0)


def press_prompt(page: Page) -> None:
    page.keyboard.press("p")
    expect(page.get_by_label("Prompt")).to_be_focused()


def press_seed(page: Page) -> None:
    page.keyboard.press("s")
    expect(page.get_by_label("Seed")).to_be_focused()


def press_panes(page: Page) -> None:
    for key, inside in (("t", page.get_by_label("Prompt")), ("f", page.get_by_role("heading", name="History"))):
        page.keyboard.press(key)
        expect(inside).to_be_hidden()
        page.keyboard.press(key)
        expect(inside).to_be_visible()


def press_help(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Search keys").fill("no such thing")
    expect(dialog.get_by_text("No key does that.")).to_be_visible()
    assert_accessible(page, "keys")


#: What is searched for in the list, and what its key does.
KEYS: dict[str, Callable[[Page], None]] = {
    "Generate": press_generate,
    "Cancel": press_cancel,
    "Earlier words": press_earlier_words,
    "before and after": press_arrows,
    "full size": press_zoom,
    "Compare": press_compare,
    "Vary": press_vary,
    "Use as source": press_use_as_source,
    "Reuse": press_reuse,
    "Download": press_download,
    "link": press_link,
    "Favourite": press_favourite,
    "All settings": press_settings,
    "trash": press_delete_and_take_back,
    "Write": press_prompt,
    "seed": press_seed,
    "Hide or show": press_panes,
    "Close what is open": press_escape,
    "This list": press_help,
}


@pytest.mark.parametrize("words", KEYS)
def test_a_key_does_what_the_list_says(words: str, page: Page) -> None:
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_label("Search keys").fill(words)
    expect(dialog.get_by_role("definition").filter(has_text=words)).not_to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    KEYS[words](page)


def test_the_list_that_is_asked_for_again_at_once_is_there(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_label("Search keys")).to_be_focused()
    page.evaluate(
        """() => {
            document.querySelector("dialog[open]").close();  // it tells so in a task of its own
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "?", bubbles: true}));
            return new Promise((done) => setTimeout(done));
        }"""
    )
    expect(dialog.get_by_label("Search keys")).to_be_focused()


def test_every_key_that_is_listed_is_tried() -> None:
    told = [does for _, does in LISTED]
    tried = {does for does in told for words in (*KEYS, "Edit with mask", "Take back") if words in does}
    assert [does for does in told if does not in tried] == []


def test_m_opens_the_brush(remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url)
    sign_up(page, remote, "brusher")
    generate(page, "to paint on")
    finished(page, "to paint on")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog", name="Mark what to repaint")).to_be_visible()


def test_the_library_lists_its_own_keys_and_each_works(page: Page) -> None:
    page.goto("/w/keys/library")
    tile = page.get_by_role("grid", name="Pictures").locator("[data-at]")
    expect(tile.nth(2)).to_be_visible()
    for key in ("Home", "End", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)  # nothing is on a picture yet
    tile.first.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("definition")).to_have_text([does for _, does in LISTED_IN_LIBRARY])
    assert_accessible(page, "keys of the library")
    for key in (".", "Delete", "ArrowRight", "ControlOrMeta+a", "t", "f"):  # they rest
        dialog.get_by_role("button", name="Close").press(key)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("grid").get_by_text("Favourite")).to_have_count(0)
    selection = page.get_by_role("group", name="Selection")
    expect(selection).not_to_contain_text("selected")
    tile.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tile.nth(1)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press(" ")
    expect(selection).to_contain_text("1 selected")
    page.keyboard.press("Home")
    expect(tile.first).to_be_focused()
    page.keyboard.press("Shift+ ")
    expect(selection).to_contain_text(f"{tile.count()} selected")
    page.keyboard.press("Escape")
    expect(selection).not_to_contain_text("selected")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Picture")).to_be_hidden()
    expect(page.locator("html")).not_to_have_class(re.compile("without-"))


def test_no_other_key_does_anything(page: Page) -> None:
    known = {key.lower() for keys, _ in LISTED for key in re.findall(r"[A-Z.?]", keys.replace("Ctrl", ""))}
    expect(page.get_by_role("button", name="Switch between dark and light")).to_be_enabled()
    page.evaluate("document.activeElement.blur()")
    before = page.locator("body").inner_html()
    for key in set("abcdefghijklmnopqrstuvwxyz0123456789,-/") - known:
        page.keyboard.press(key)
    assert page.locator("body").inner_html() == before


def test_in_a_field_a_key_is_a_letter(page: Page) -> None:
    """Nothing of the page changes while somebody writes, whatever the letters mean elsewhere."""
    add_source(page, PHOTOS / "coffee.png")
    stage, before = page.locator("#stage"), page.locator("#stage").inner_html()
    letters = ".cvumrdilztfps?X"
    for field in (page.get_by_label("Prompt"), page.get_by_label("Seed")):
        field.fill("")
        field.press_sequentially(letters)
        field.press("ArrowLeft")
        field.press("Delete")
        assert field.input_value() in (letters[:-1], "")  # a seed is digits
    assert stage.inner_html() == before
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Prompt")).to_be_visible()
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def test_while_a_dialog_is_open_no_key_reaches_what_lies_behind(page: Page) -> None:
    first = shown(page).get_attribute("src")
    page.keyboard.press("Delete")
    expect(shown(page)).not_to_have_attribute("src", first or "")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_role("button", name="Close").focus()
    behind = page.locator("#content, #stage").first
    before = (shown(page).get_attribute("src"), page.evaluate("document.documentElement.className"))
    for key in (*".cvumrdilztfps?", "Shift+X", "ArrowLeft", "ArrowRight", "Delete", "ControlOrMeta+z"):
        page.keyboard.press(key)
    expect(dialog).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert before == (shown(page).get_attribute("src"), page.evaluate("document.documentElement.className"))
    expect(behind.get_by_role("button", name="Favourite", exact=True)).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("ControlOrMeta+z")  # and now it does
    expect(page.locator(f'img[src="{(first or "").replace("preview", "thumb")}"]')).not_to_have_count(0)
