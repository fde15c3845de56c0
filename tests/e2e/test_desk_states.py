"""States of the studio on a desk that are seldom seen: what they say, that nothing is cut or covered, and axe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import balance, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits
from tests.e2e.test_providers import Remote, choose, first_picture, remote

__all__ = ["remote"]
Keep = Callable[[Page, str], None]
_SCHEMES = ["dark", "light"]


def box(place: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    found = place.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def covers(one: Locator, other: Locator) -> bool:
    (left, top, right, bottom), (x, y, to_x, to_y) = box(one), box(other)
    return left < to_x and x < right and top < to_y and y < bottom


def narrow(server: StudioServer, new_page: NewPage, name: str, scheme: str = "dark") -> Page:
    page = new_page(server.url, "desktop", scheme, bypass_csp=True)
    page.set_viewport_size({"width": 1100, "height": 900})
    sign_up(page, server, name)
    return page


@pytest.mark.parametrize("scheme", _SCHEMES)
def test_failures_fit_their_pane_and_go_all_at_once(scheme: str, remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = narrow(remote.studio, new_page, f"unlucky-{scheme}", scheme)
    for number, rule in enumerate(("policy", "validation", "internal_error")):
        prompt = f"{rule} {scheme}: a meadow with very many flowers of every colour that there is"
        remote.fal.script("job", rule, prompt=prompt, times=None)
        if number:
            generate(page, prompt)
        else:
            first_picture(page, "FLUX.1 schnell", prompt, "fal.ai")
        expect(page.get_by_role("alert")).to_have_count(number + 1, timeout=40_000)
    for failure in page.get_by_role("alert").all():
        _, _, right, _ = box(failure)
        for button in failure.get_by_role("button").all():
            if button.is_visible():
                assert box(button)[2] <= right
                assert box(button)[3] - box(button)[1] < 45, "its words take one line"
        assert not covers(
            failure.get_by_role("button", name="Dismiss"), failure.get_by_role("button", name="Retry").last
        )
    assert_accessible(page, f"three failures ({scheme})")
    assert_fits(page, f"three failures ({scheme})")
    keep(page, f"failures-{scheme}")
    page.get_by_role("button", name="Dismiss all 3").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert balance(page) == 40


@pytest.mark.parametrize("scheme", _SCHEMES)
def test_a_tray_with_two_pictures_says_what_will_be_made(
    scheme: str, remote: Remote, new_page: NewPage, keep: Keep
) -> None:
    page = narrow(remote.studio, new_page, f"twin-{scheme}", scheme)
    page.get_by_label("Add source image").set_input_files([PHOTOS / "coffee.png", PHOTOS / "chelsea.png"])
    told = page.get_by_text("Each picture is worked on by itself: 2 results in all.")
    expect(told).to_be_visible()
    expect(page.get_by_role("button", name="Generate 2")).to_be_visible()
    assert_accessible(page, f"two sources ({scheme})")
    keep(page, f"two-sources-{scheme}")
    page.get_by_role("button", name=re.compile("^Remove Source 2")).click()
    expect(told).to_have_count(0)


@pytest.mark.parametrize("scheme", _SCHEMES)
def test_advanced_settings_unfold(scheme: str, remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = narrow(remote.studio, new_page, f"expert-{scheme}", scheme)
    choose(page, "SDXL")
    expect(page.get_by_label("Steps")).to_be_hidden()
    page.get_by_text("Advanced", exact=True).click()
    expect(page.get_by_label("Steps").first).to_be_visible()
    page.get_by_label("Steps").first.scroll_into_view_if_needed()
    assert_accessible(page, f"advanced settings ({scheme})")
    assert_fits(page, f"advanced settings ({scheme})")
    keep(page, f"advanced-{scheme}")


def test_the_undo_covers_no_button_of_the_stage(remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = narrow(remote.studio, new_page, "careless")
    for prompt in ("one", "two"):
        generate(page, prompt)
        finished(page, prompt)
    page.locator("#stage").get_by_role("button", name="Delete").click()
    line = page.locator("#stage [role=status]").filter(has_text="Deleted.").locator("div")
    expect(line).to_be_visible()
    for button in page.locator("#stage").get_by_role("button").all():
        if button.is_visible() and button.inner_text() not in ("Undo", "×"):
            assert not covers(line, button), button.inner_text()
    assert box(line)[0] >= box(page.locator("#stage"))[0], "it stays out of the composer"
    assert_accessible(page, "undo")
    keep(page, "undo-1100")


def test_nothing_shared_and_nothing_kept_say_what_to_do(remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = narrow(remote.studio, new_page, "beginner")
    page.goto("/w/beginner/shares")
    expect(page.get_by_text("Nothing is shared")).to_be_visible()
    assert_accessible(page, "no links")
    keep(page, "shares-empty")
    page.get_by_role("link", name="Open the studio").click()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert_accessible(page, "empty trash")
    page.get_by_role("button", name="Back to history").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.goto("/w/beginner/library")
    expect(page.get_by_text("Your library is empty")).to_be_visible()
    expect(page.get_by_role("search")).to_have_count(0)
    page.goto("/w/beginner/library?q=anything")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    expect(page.get_by_role("search")).to_be_visible()


def test_a_link_is_shown_from_its_beginning(remote: Remote, new_page: NewPage) -> None:
    page = narrow(remote.studio, new_page, "linker")
    generate(page, "to be shared")
    finished(page, "to be shared")
    page.locator("#stage").get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Create link").click()
    field = page.get_by_label("Link", exact=True)
    expect(field).to_be_focused()
    page.wait_for_function("document.activeElement.scrollLeft === 0 && document.activeElement.selectionEnd > 0")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#stage").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.goto("/w/linker/shares")
    expect(page.get_by_role("link", name=re.compile("^Nothing left, shared"))).to_be_visible()
    expect(page.get_by_text("its pictures were deleted")).to_be_visible()
