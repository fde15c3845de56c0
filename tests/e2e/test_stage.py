"""The picture on the stage: looked at closely, compared, stepped through, and worked on."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, balance, finished, generate, result, sign_up, understand
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits


@pytest.mark.parametrize("size", SIZES)
def test_before_and_after(
    size: str, server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"compare-{size}")
    add_source(page, PHOTOS / "coffee.png")
    generate(page, "a cup of gold")
    finished(page, "a cup of gold")
    source = page.get_by_alt_text("The source of this picture")
    expect(source).to_have_count(0)
    page.get_by_role("button", name="Compare").click()
    expect(source).to_be_visible()
    slider = page.get_by_role("slider", name="Divider between source and result")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_value("0")
    assert_accessible(page, f"compare ({size})")
    assert_fits(page, f"compare ({size})")
    page.get_by_role("button", name="Side by side").click()
    expect(source).to_be_visible()
    keep(page, f"compare-{size}")
    page.get_by_role("button", name="Compare").click()
    peek = page.get_by_role("button", name="Hold to see the source")
    peek.focus()
    page.keyboard.down(" ")
    expect(source).to_be_visible()
    page.keyboard.up(" ")
    expect(source).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_comparison_lists_the_settings_that_differ(
    size: str, server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"differ-{size}")
    generate(page, "a cup")
    finished(page, "a cup")
    page.get_by_role("button", name="Use as source").click()
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()
    page.get_by_role("radio", name="Mosaic").check()
    page.get_by_label("Prompt").fill("a cup of gold")
    page.get_by_role("button", name="Generate").click()
    finished(page, "a cup of gold")
    page.get_by_role("button", name="Compare").click()
    before = page.locator("[data-viewer]").bounding_box()
    page.get_by_role("button", name="Settings", exact=True).click()
    listed = page.get_by_role("region", name="Settings that differ")
    expect(listed.get_by_role("row", name="Prompt")).to_have_text("Prompta cupa cup of gold")
    expect(listed.get_by_role("row", name="Style")).to_have_text("StyleKaleidoscopeMosaic")
    expect(listed.get_by_role("row", name="Model")).to_have_count(0)
    assert page.locator("[data-viewer]").bounding_box() == before
    assert_accessible(page, f"settings that differ ({size})")
    assert_fits(page, f"settings that differ ({size})")
    keep(page, f"differences-{size}")
    page.get_by_role("button", name="Settings", exact=True).click()
    expect(listed).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_from_result_to_source_to_variation(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"vary-{size}")
    generate(page, "northern lights")
    first = finished(page, "northern lights")
    page.get_by_role("button", name="Vary").click()
    expect(page.locator("[data-viewer] img[width]")).not_to_have_attribute("src", re.compile(first))
    second = finished(page, "northern lights")
    lineage = page.get_by_role("group", name="Where it comes from and what came of it")
    lineage.get_by_role("button", name="The source").click()
    expect(page.locator("[data-viewer] img[width]")).to_have_attribute("src", re.compile(first))
    lineage.get_by_role("button", name="northern lights").last.click()
    expect(page.locator("[data-viewer] img[width]")).to_have_attribute("src", re.compile(second))
    page.get_by_role("button", name="Use as source").click()
    expect(page.get_by_alt_text("Source 1, 1024 × 1024")).to_be_visible()
    assert balance(page) == 38


def test_keys_step_zoom_and_open_what_is_there(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "stepper")
    for prompt in ("one", "two"):
        generate(page, prompt)
        finished(page, prompt)
    shown = page.locator("[data-viewer] img[width]")
    page.get_by_label("Prompt").press("ArrowRight")  # in a field it moves the cursor
    expect(shown).to_have_attribute("alt", "two")
    page.locator("[data-viewer]").click(position={"x": 5, "y": 5})
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("alt", "one")
    page.keyboard.press("ArrowRight")  # there is no older one
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_attribute("alt", "two")
    page.keyboard.press("z")
    expect(page.get_by_role("group", name="Zoom")).to_contain_text("100 %")
    page.keyboard.press("z")
    expect(page.get_by_role("group", name="Zoom")).to_contain_text("Fit")
    page.keyboard.press("i")
    expect(page.get_by_text("Kaleidoscope, Built-in engine")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_label("Prompt")).to_be_hidden()
    page.keyboard.press("t")
    page.keyboard.press("p")
    expect(page.get_by_label("Prompt")).to_be_focused()
    page.keyboard.type("zcrt?")
    expect(page.get_by_label("Prompt")).to_have_value("twozcrt?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_swipe_steps_and_a_pinch_zooms_on_a_phone(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "swiper")
    for prompt in ("one", "two"):
        generate(page, prompt)
        finished(page, prompt)
    touches = page.context.new_cdp_session(page)
    shown = page.locator("[data-viewer] img[width]")
    box = page.locator("[data-viewer]").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2

    def touch(kind: str, *xs: float) -> None:
        given = [{"x": x, "y": y, "id": number} for number, x in enumerate(xs)]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    touch("touchStart", 300)
    for x in (250, 200, 150):
        touch("touchMove", x)
    touch("touchEnd")
    expect(shown).to_have_attribute("alt", "one")
    before = shown.bounding_box()
    touch("touchStart", 150, 250)
    touch("touchMove", 100, 300)
    touch("touchEnd")
    after = shown.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 1.5 * before["width"]
    expect(shown).to_have_attribute("src", re.compile("/original$"))


def more(page: Page, name: str) -> None:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


@pytest.mark.parametrize("size", SIZES)
def test_every_tool_stands_in_one_row_that_nothing_cuts(size: str, remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"row-{size}")
    generate(page, "a row of lights")
    finished(page, "a row of lights")
    tools = page.get_by_role("toolbar", name="This picture")
    for width in (1440, 1280, 1100) if size == "desktop" else (390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        room = tools.bounding_box()
        assert room is not None
        for name in ("Vary", "Use as source", "Favourite", "Share", "Download", "Other formats", "More", "Delete"):
            box = tools.get_by_role("button", name=name, exact=True).bounding_box()
            assert box is not None
            assert room["x"] <= box["x"], (width, name)
            assert box["x"] + box["width"] <= min(width, room["x"] + room["width"]), (width, name)
            assert room["y"] <= box["y"] < box["y"] + box["height"] <= room["y"] + room["height"] + 0.5, (width, name)
    page.get_by_role("button", name="More", exact=True).click()
    assert_accessible(page, f"tools ({size})")
    assert_fits(page, f"tools ({size})")


def test_the_menu_of_the_tools_is_used_by_keys_alone(remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url)
    sign_up(page, remote, "menu-keys")
    generate(page, "a menu")
    finished(page, "a menu")
    opener = page.get_by_role("button", name="More", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Edit with mask")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Reuse all but the seed")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_role("menuitem")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Upscale")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("menuitem")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_one_click_upscales_and_cuts_out(size: str, remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url, size)
    sign_up(page, remote, f"refine-{size}")
    generate(page, "a lighthouse")
    finished(page, "a lighthouse")
    more(page, "Upscale")
    understand(page)
    picture = finished(page, "Upscale")
    body = page.request.get(f"/media/{picture}/original").body()
    assert Pillow.open(BytesIO(body)).size == (2048, 2048)
    more(page, "Remove background")
    finished(page, "Remove background")
    expect(result(page, "Remove background")).to_be_visible()


def test_without_a_model_for_it_there_is_no_button(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "plain")
    generate(page, "plain")
    finished(page, "plain")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menuitem")).to_have_text([re.compile("Reuse")])


def test_download_in_each_format(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "formats")
    generate(page, "a file")
    finished(page, "a file")
    for name, format in (("PNG", "PNG"), ("JPEG", "JPEG"), ("WebP", "WEBP")):
        page.get_by_role("button", name="Other formats").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=f"As {name}").click()
        assert Pillow.open(BytesIO(Path(download.value.path()).read_bytes())).format == format
