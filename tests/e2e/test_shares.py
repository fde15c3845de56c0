"""Sharing in a real browser: from the button to a stranger's screen, and back to nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import look_at

Keep = Callable[[Page, str], None]


def open_share(page: Page) -> None:
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog", name="Share")).to_be_visible()


def create_link(page: Page) -> str:
    page.get_by_role("button", name="Create link").click()
    field = page.get_by_role("dialog", name="Share").get_by_label("Link", exact=True)
    expect(field).to_be_editable(editable=False)
    return field.input_value()


def watch_weight(page: Page) -> dict[str, int]:
    """Bytes of each answer by its path."""
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(answer.body()) if answer.ok else 0}))
    return weights


@pytest.mark.parametrize("size", SIZES)
def test_from_the_copied_link_through_the_passcode_to_the_saved_picture(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"sharer-{size}")
    generate(page, "a quiet harbour")
    finished(page, "a quiet harbour")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_share(page)
    page.get_by_label("Title").fill("Harbour at night")
    page.get_by_label("Show the prompt").check()
    page.get_by_label("Ask for a passcode").check()
    page.get_by_label("Passcode", exact=True).fill("anchor")
    preview = page.get_by_role("figure", name="The page")
    for text in ("Harbour at night", "a quiet harbour", "Made by an algorithm, not AI", "Asks for the passcode first"):
        expect(preview.get_by_text(text)).to_be_visible()
    keep(page, f"share-dialog-{size}")
    address = create_link(page)
    assert re.fullmatch(re.escape(server.url) + r"/s/[0-9a-f]{40}", address)
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The link was copied")).to_be_attached()
    keep(page, f"share-link-{size}")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == address

    viewer = new_page(server.url, size)
    viewer.goto(copied)
    expect(viewer.get_by_text("Harbour at night")).to_have_count(0)
    viewer.get_by_label("Passcode").fill("wrong")
    viewer.get_by_role("button", name="Open").click()
    expect(viewer.get_by_role("alert")).to_contain_text("That is not the passcode")
    keep(viewer, f"share-passcode-{size}")
    viewer.get_by_label("Passcode").fill("anchor")
    viewer.get_by_role("button", name="Open").click()
    expect(viewer.get_by_role("heading", level=1)).to_have_text("Harbour at night")
    assert viewer.get_by_role("img", name="a quiet harbour").evaluate("image => image.decode().then(() => true)")
    with viewer.expect_download() as saving:
        viewer.get_by_role("link", name="Download").click()
    saved = saving.value.path().read_bytes()
    assert Image.open(io.BytesIO(saved)).size == (1024, 1024)
    keep(viewer, f"share-page-{size}")

    page.get_by_role("button", name="Done").click()
    page.goto(page.url + "/shares")
    expect(page.get_by_text("1 picture · passcode · with prompt")).to_be_visible()
    keep(page, f"shares-{size}")
    page.get_by_role("button", name="Revoke: Harbour at night").click()
    expect(page.get_by_text("Nothing is shared")).to_be_visible()
    assert viewer.reload() is not None
    expect(viewer.get_by_role("heading", level=1)).to_have_text("There is nothing here")


def test_without_scripts_the_page_is_whole_light_and_speaks_to_nobody_else(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url)
    sign_up(page, server, "sharer")
    generate(page, "a plain page")
    finished(page, "a plain page")
    open_share(page)
    address = create_link(page)
    viewer = new_page(server.url, java_script_enabled=False)
    weights = watch_weight(viewer)
    viewer.goto(address)
    viewer.wait_for_load_state("networkidle")
    expect(viewer.get_by_role("img", name="A picture")).to_be_visible()
    expect(viewer.get_by_text("Made by an algorithm, not AI")).to_be_visible()
    assert viewer.context.cookies() == []
    assert all(url.startswith(server.url) for url in weights)
    assert sum(size for url, size in weights.items() if not url.endswith("/preview")) < 100_000, weights
    viewer.get_by_text("Report", exact=True).click()
    viewer.get_by_label("It is illegal").check()
    viewer.get_by_role("button", name="Send report").click()
    expect(viewer.get_by_role("heading", level=1)).to_have_text("Thank you")


@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_it_is_for_everybody(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    """axe at both sizes and in both schemes; album, slider, keyboard."""
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"album-{size}")

    def look(at: Page, state: str) -> None:
        look_at(at, state, size, keep)

    add_source(page, PHOTOS / "coffee.png")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="2").check()
    expect(page.get_by_role("button", name="Generate 2")).to_be_visible()
    generate(page, "two cups")
    finished(page, "two cups")
    page.get_by_role("button", name="Link to everything of: two cups").click()
    expect(page.get_by_role("figure", name="The page").get_by_text("2 pictures")).to_be_visible()
    page.keyboard.press("Escape")
    open_share(page)
    page.get_by_label("All 2 pictures made together").check()
    page.get_by_label("Show what it was made from").check()
    expect(page.get_by_role("figure", name="The page").get_by_text("2 pictures")).to_be_visible()
    look(page, "share-form")
    address = create_link(page)
    look(page, "share-made")
    page.get_by_role("button", name="Done").click()
    page.goto(page.url + "/shares")
    expect(page.get_by_text("2 pictures · with source")).to_be_visible()
    look(page, "share-list")
    page.get_by_role("button", name=re.compile("^Edit: ")).click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    look(page, "share-edit")

    viewer = new_page(server.url, size, bypass_csp=True)
    viewer.goto(address)
    look(viewer, "share-album")
    second = viewer.get_by_role("img", name="2 pictures, 2 of 2")
    expect(second).not_to_be_in_viewport()
    strip = viewer.get_by_role("region", name=re.compile("^The pictures"))
    strip.focus()
    viewer.keyboard.press("ArrowRight")
    expect(second).to_be_in_viewport()
    viewer.get_by_role("link", name="Picture 1", exact=True).click()
    expect(viewer.get_by_role("img", name="2 pictures, 1 of 2")).to_be_in_viewport()
    slider = viewer.get_by_role("region", name=re.compile("^Before and after")).first
    slider.focus()
    half = slider.evaluate("box => -box.scrollLeft / (box.scrollWidth - box.clientWidth)")
    assert half == pytest.approx(0.5, abs=0.02), "the source on the left, the result on the right"
    assert slider.evaluate("box => getComputedStyle(box.querySelector('.before')).clipPath") == "inset(0px 50% 0px 0px)"
    keep(viewer, f"share-slider-{size}")
    before = slider.evaluate("box => box.scrollLeft")
    viewer.keyboard.press("ArrowRight")
    viewer.wait_for_function("([box, was]) => box.scrollLeft > was", arg=[slider.element_handle(), before])
    viewer.get_by_text("Report", exact=True).click()
    look(viewer, "share-report")


@pytest.mark.parametrize("size", SIZES)
def test_pictures_selected_in_the_library_become_an_album_for_somebody_else(
    size: str, server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"collector-{size}")
    for prompt in ("a red boat", "a blue boat"):
        generate(page, prompt)
        finished(page, prompt)
    page.goto(page.url + "/library")
    for prompt in ("a red boat", "a blue boat"):
        page.get_by_alt_text(prompt, exact=True).locator("..").press(" ")
    page.get_by_role("group", name="Selection").get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("figure", name="The page").get_by_text("2 pictures")).to_be_visible()
    address = create_link(page)

    viewer = new_page(server.url, size)
    weights = watch_weight(viewer)
    viewer.goto(address)
    strip = viewer.get_by_role("region", name=re.compile("^The pictures"))
    first, second = [viewer.get_by_role("img", name=f"2 pictures, {number} of 2") for number in (1, 2)]
    expect(first).to_be_in_viewport()
    expect(second).not_to_be_in_viewport()
    strip.focus()
    viewer.keyboard.press("ArrowRight")
    expect(second).to_be_in_viewport()
    viewer.keyboard.press("ArrowLeft")
    expect(first).to_be_in_viewport()
    if size == "phone":
        swipe(viewer, strip)
        expect(second).to_be_in_viewport()
    viewer.wait_for_load_state("networkidle")
    assert all(url.startswith(server.url) for url in weights)
    plain = {url: size for url, size in weights.items() if not url.endswith(("/preview", "/thumb"))}
    assert sum(plain.values()) < 100_000, plain


def swipe(page: Page, strip: Locator) -> None:
    """A finger that moves to the left."""
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    height, touches = box["y"] + 60, page.context.new_cdp_session(page)
    for step in range(12):
        finger = {"x": box["x"] + box["width"] * (0.95 - 0.08 * step), "y": height}
        kind = "touchMove" if step else "touchStart"
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [finger]})
    touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_dialog_left_open_is_gone_after_a_reload_and_opens_again(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    page.add_init_script(
        "window.shown = 0;"
        "new MutationObserver(() => { window.shown += document.querySelectorAll('dialog[open]').length; })"
        ".observe(document, {subtree: true, attributes: true, attributeFilter: ['open']})"
    )
    sign_up(page, server, "leaver")
    generate(page, "left open")
    finished(page, "left open")
    share, dialog = page.locator("#stage").get_by_role("button", name="Share"), page.get_by_role("dialog", name="Share")
    share.click()
    page.get_by_label("Title").fill("half a title")
    page.reload()
    expect(page.locator("#prompt")).to_be_enabled()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shown") == 0, "not even for a moment"
    share.click()
    expect(dialog).to_be_visible()
    page.goto("/w/leaver/library")
    page.get_by_role("link", name="Studio").click()
    expect(page.locator("#prompt")).to_be_enabled()
    expect(dialog).to_be_hidden()
