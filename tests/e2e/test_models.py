"""The choice of a model, with many of them on offer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, choose_model, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits

# Whether any box around these words hides a part of them.
_CUT = """(words) => {
    const end = words.getBoundingClientRect().right;
    for (let box = words; box.role !== "combobox"; box = box.parentElement)
        if (box.scrollWidth > box.clientWidth || end > box.getBoundingClientRect().right + 0.5) return true;
    return false;
}"""


@pytest.mark.parametrize("size", SIZES)
def test_a_model_is_searched_and_chosen_by_keyboard(
    size: str, remote: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"picker-{size}")
    model = page.get_by_role("combobox", name="Model")
    expect(model).to_contain_text("Kaleidoscope")
    model.focus()
    page.keyboard.press("ArrowDown")
    dialog = page.get_by_role("dialog", name="What makes the picture")
    for task in ("Create", "Edit", "Repaint", "Upscale", "Remove background"):
        expect(dialog.get_by_role("group", name=task)).to_be_visible()
    assert_accessible(page, f"model picker ({size})")
    assert_fits(page, f"model picker ({size})")
    keep(page, f"models-{size}")
    dialog.get_by_label("Search by name, maker or task").fill("black forest kontext")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(model).to_contain_text("Kontext")
    expect(model).to_be_focused()


@pytest.mark.parametrize("size", SIZES)
def test_a_model_that_needs_a_picture_says_so_before_the_click(
    size: str, remote: StudioServer, new_page: NewPage
) -> None:
    page = new_page(remote.url, size)
    sign_up(page, remote, f"needs-{size}")
    page.get_by_role("combobox", name="Model").click()
    expect(page.get_by_role("option", name="Real-ESRGAN")).to_contain_text("Works from a picture")
    page.get_by_role("option", name="Real-ESRGAN").click()
    missing = page.get_by_text("Real-ESRGAN works from a picture. Add one first.")
    expect(missing).to_be_visible()
    add_source(page, PHOTOS / "chelsea.png")
    expect(missing).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_maker_is_never_cut_however_wide_the_letters(size: str, remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"reader-{size}")
    page.add_style_tag(content="body { letter-spacing: 0.12em }")
    model = page.get_by_role("combobox", name="Model")
    for name, maker in (("FLUX.1 Fill pro", "Black Forest Labs"), ("Kaleidoscope", "Built-in engine")):
        choose_model(page, name)
        told = model.get_by_text(maker, exact=True)
        expect(told).to_be_visible()
        assert not told.evaluate(_CUT)


def test_when_credits_are_short_the_button_says_how_many(remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url)
    sign_up(page, remote, "short")
    choose_model(page, "Clarity Upscaler")
    photos = [PHOTOS / name for name in ("chelsea.png", "coffee.png", "rocket.jpg")]
    page.get_by_label("Add source image").set_input_files(photos)
    expect(page.get_by_role("button", name="Generate 3 · 36 credits")).to_be_visible()
    page.get_by_label("Add source image").set_input_files(PHOTOS / "rocket.jpg")
    short = page.get_by_role("button", name="Generate 4: Need 8 more credits")
    expect(short).to_contain_text("This costs 48, you have 40")
    short.click()
    expect(page.get_by_role("alert")).to_contain_text("You need 8 more credits")
