"""What the studio shows before any script has run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import a_past, sign_up
from tests.e2e.studio_server import StudioServer


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
