"""Marking what is repainted, by mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, choose_model, finished, generate, sign_up, understand
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits

# How many pixels of the canvas are painted.
_INK = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .filter((value, at) => at % 4 === 3 && value > 0).length"""


def editor(page: Page) -> Locator:
    page.get_by_role("button", name="Mark what to repaint").click()
    dialog = page.get_by_role("dialog", name="Mark what to repaint")
    expect(dialog).to_be_visible()
    return dialog


def stroke(page: Page, dialog: Locator, y: float) -> None:
    """From left to right at this height of the picture."""
    box = dialog.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + y * box["height"], steps=5)
    page.mouse.up()


def changed(page: Page, picture: str) -> Any:
    """Which pixels of the cat are others now."""
    made = Pillow.open(BytesIO(page.request.get(f"/media/{picture}/original").body())).convert("RGB")
    cat = Pillow.open(PHOTOS / "chelsea.png").convert("RGB")
    assert made.size == cat.size
    return np.abs(np.asarray(made, dtype=int) - np.asarray(cat, dtype=int)).max(axis=2) > 8


@pytest.mark.parametrize("size", SIZES)
def test_only_what_was_painted_is_repainted(
    size: str, remote: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"brush-{size}")
    add_source(page, PHOTOS / "chelsea.png")
    choose_model(page, "FLUX.1 Fill pro")
    expect(page.get_by_text("FLUX.1 Fill pro repaints what you mark.")).to_be_visible()
    dialog = editor(page)
    stroke(page, dialog, 0.5)
    stroke(page, dialog, 0.9)
    dialog.get_by_role("button", name="Undo stroke").click()
    expect(dialog.get_by_role("status")).to_have_text("1 mark")
    assert_accessible(page, f"mask editor ({size})")
    assert_fits(page, f"mask editor ({size})")
    keep(page, f"mask-{size}")
    dialog.get_by_role("button", name="Use mask").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Change the mask")).to_be_visible()
    generate(page, "a green parrot")
    understand(page)
    where = changed(page, finished(page, "a green parrot"))
    rows = where.any(axis=1).nonzero()[0] / len(where)
    assert where[where.shape[0] // 2].mean() > 0.3
    assert 0.35 < rows.min() < rows.max() < 0.65, "something else than the stroke was repainted"


@pytest.mark.parametrize("size", SIZES)
def test_a_mask_without_painting(size: str, remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url, size)
    sign_up(page, remote, f"fields-{size}")
    add_source(page, PHOTOS / "chelsea.png")
    choose_model(page, "FLUX.1 Fill pro")
    dialog = editor(page)
    expect(dialog.get_by_role("button", name="Use mask")).to_be_disabled()
    dialog.get_by_text("Mark by numbers instead of painting").press("Enter")
    dialog.get_by_label("Left %").fill("0")
    dialog.get_by_label("Width %").fill("20")
    dialog.get_by_role("button", name="Add rectangle").press("Enter")
    page.keyboard.press("i")  # all but the rectangle
    page.keyboard.press("Control+z")
    dialog.get_by_role("button", name="Use mask").press("Enter")
    expect(dialog).to_be_hidden()
    generate(page, "tall grass")
    understand(page)
    where = changed(page, finished(page, "tall grass"))
    columns = where.any(axis=0).nonzero()[0] / where.shape[1]
    assert columns.max() < 0.25


def test_what_was_painted_outlives_a_reload(remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url)
    sign_up(page, remote, "reloader")
    add_source(page, PHOTOS / "chelsea.png")
    choose_model(page, "FLUX.1 Fill pro")
    dialog = editor(page)
    stroke(page, dialog, 0.3)
    stroke(page, dialog, 0.7)
    dialog.get_by_role("button", name="Undo stroke").click()
    painted = dialog.locator("canvas").evaluate(_INK)
    page.reload()
    expect(dialog.get_by_role("status")).to_have_text("1 mark")
    assert dialog.locator("canvas").evaluate(_INK) == pytest.approx(painted, rel=0.01)
    dialog.get_by_role("button", name="Use mask").click()
    expect(dialog).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Change the mask").click()
    expect(dialog.get_by_role("status")).to_have_text("1 mark")
    dialog.get_by_role("button", name="Clear").click()
    page.reload()
    expect(dialog.get_by_role("status")).to_have_text("0 marks")


def test_two_fingers_move_the_picture_and_paint_nothing(remote: StudioServer, new_page: NewPage) -> None:
    page = new_page(remote.url, "phone")
    sign_up(page, remote, "two-fingers")
    add_source(page, PHOTOS / "chelsea.png")
    choose_model(page, "FLUX.1 Fill pro")
    dialog = editor(page)
    canvas = dialog.locator("canvas")
    before = canvas.bounding_box()
    touches = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[int, int]) -> None:
        given = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})

    touch("touchStart", (150, 350))
    touch("touchStart", (150, 350), (250, 350))
    touch("touchMove", (100, 350), (300, 350))
    touch("touchEnd")
    expect(dialog.get_by_role("status")).to_have_text("0 marks")
    after = canvas.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 1.5 * before["width"]
    touch("touchStart", (200, 350))
    touch("touchMove", (220, 380))
    touch("touchEnd")
    expect(dialog.get_by_role("status")).to_have_text("1 mark")
