"""What helps while composing: earlier prompts, the seed's lock, keys; what is typed; and what runs or fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import a_past, balance, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits, fail_the_latest


@pytest.mark.parametrize("size", SIZES)
def test_earlier_prompts_are_searched_starred_and_used(
    size: str, server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"writer-{size}")
    for prompt in ("green hills", "blue rivers"):
        generate(page, prompt)
        finished(page, prompt)
    page.get_by_role("button", name="Earlier").click()
    dialog = page.get_by_role("dialog", name="What you wrote before")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Star: green hills").click()
    expect(dialog.get_by_role("button", name="Star: green hills")).to_have_attribute("aria-pressed", "true")
    assert_accessible(page, f"earlier prompts ({size})")
    assert_fits(page, f"earlier prompts ({size})")
    keep(page, f"earlier-{size}")
    dialog.get_by_label("Search what you wrote").fill("RIVER")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    page.get_by_role("button", name="Earlier").click()
    dialog.get_by_role("button", name="Starred").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="green hills", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Prompt")).to_have_value("green hills")


def test_alt_and_the_arrows_go_through_earlier_prompts_and_back(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "arrows")
    for prompt in ("first", "second"):
        generate(page, prompt)
        finished(page, prompt)
    field = page.get_by_label("Prompt")
    field.fill("half a thou")
    for key, text in (("Up", "second"), ("Up", "first"), ("Down", "second"), ("Down", "half a thou")):
        field.press(f"Alt+Arrow{key}")
        expect(field).to_have_value(text)


def test_a_locked_seed_makes_the_same_picture_again(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "locker")
    generate(page, "again")
    first = finished(page, "again")
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_label("Seed")).not_to_have_value("")
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("[data-viewer] img[width]")).not_to_have_attribute("src", re.compile(first))
    second = finished(page, "again")
    assert page.request.get(f"/media/{first}/original").body() == page.request.get(f"/media/{second}/original").body()
    page.get_by_role("button", name="Locked").click()
    expect(page.get_by_label("Seed")).to_have_value("")


def test_what_was_typed_over_an_example_is_still_there_on_return(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "returner")
    example = page.locator("#examples button").first
    words, field = example.inner_text(), page.get_by_label("Prompt")
    example.click()
    expect(field).to_have_value(words)
    field.press_sequentially(", seen from a train")
    page.get_by_role("banner").get_by_role("link", name="Library").click()
    page.get_by_role("banner").get_by_role("link", name="Studio").click()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    expect(field).to_have_value(f"{words}, seen from a train")
    field.fill("something else")
    page.reload()
    expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    expect(field).to_have_value("something else")
    example.click()
    expect(field).to_have_value(words)


def test_who_signs_in_next_in_this_tab_reads_nothing_of_what_was_typed(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "first-here")
    page.get_by_label("Prompt").fill("for nobody else")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{server.url}/")
    sign_up(page, server, "second-here")
    expect(page.get_by_label("Prompt")).to_have_value("")


def test_a_slider_says_where_it_stands(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "slider")
    slider = page.get_by_role("slider", name="Folds")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider.locator("..").get_by_text(slider.input_value(), exact=True)).to_be_visible()


def test_a_seed_counts_as_soon_as_it_is_typed(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "hasty")
    page.get_by_label("Prompt").fill("in haste")
    seed = page.get_by_label("Seed")
    seed.fill("4242")
    seed.press("Enter")
    finished(page, "in haste")
    expect(page.locator("#stage summary")).to_contain_text("seed 4242")


def test_a_key_that_is_held_is_pressed_once(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "heavy-hand")
    a_past(server, "heavy-hand", 3)
    page.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(page.locator("[data-viewer] img[width]")).to_be_visible()
    credits = page.get_by_role("status", name="Credits")
    page.evaluate("document.activeElement.blur()")
    hold(page, "v")
    expect(credits).to_have_text("39 credits")
    page.get_by_label("Prompt").fill("one of it")
    page.keyboard.down("Control")
    hold(page, "Enter")
    page.keyboard.up("Control")
    expect(credits).to_have_text("38 credits")
    page.get_by_role("button", name="Generate").focus()
    hold(page, "Enter")
    expect(credits).to_have_text("37 credits")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    hold(page, "Delete")
    page.get_by_role("button", name="Trash", exact=True).click()
    expect(page.get_by_role("button", name="Restore")).to_have_count(1)
    assert balance(page) == 37


def hold(page: Page, key: str) -> None:
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_the_list_of_keys_is_searched(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, bypass_csp=True)
    sign_up(page, server, "helped")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert_accessible(page, "keys")
    dialog.get_by_label("Search keys").fill("compare")
    expect(dialog.get_by_role("term")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()


def test_a_failure_covers_no_picture_on_a_phone_and_moves_nothing(
    server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, "phone")
    sign_up(page, server, "unlucky")
    for prompt in ("a good one", "a bad one"):
        generate(page, prompt)
        finished(page, prompt)
    page.get_by_role("button", name="a good one", exact=True).first.click()
    expect(page.locator("[data-viewer] img[width]")).to_have_attribute("alt", "a good one")
    places = (page.locator("[data-viewer] img[width]"), page.get_by_role("toolbar"), page.get_by_label("Prompt"))
    page.evaluate("scrollTo(0, 0)")
    before = [place.bounding_box() for place in places]
    fail_the_latest(server)
    page.reload()
    alert = page.get_by_role("alert").filter(has_text="credits returned")
    expect(alert).to_be_visible()
    expect(page.get_by_label("Prompt")).to_be_in_viewport()
    keep(page, "failed-phone")
    card, picture = alert.bounding_box(), page.locator("[data-viewer] img[width]").bounding_box()
    assert card is not None
    assert picture is not None
    assert card["y"] >= picture["y"] + picture["height"]
    assert [place.bounding_box() for place in places] == before
    alert.get_by_label("The whole of it").click()
    expect(alert.get_by_role("button", name="Edit")).to_be_in_viewport()
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)
    assert [place.bounding_box() for place in places] == before


def test_what_the_keyboard_reaches_is_never_under_the_price_button(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "typist")
    page.set_viewport_size({"width": 1440, "height": 700})
    prompt, price = page.get_by_label("Prompt"), page.get_by_role("button", name="Generate")
    prompt.focus()
    price.focus()
    expect(prompt).to_be_in_viewport()
    foot = price.locator("..").bounding_box()
    assert foot
    prompt.focus()
    reached = 0
    while not price.evaluate("price => price === document.activeElement"):
        page.keyboard.press("Tab")
        bottom = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        assert bottom <= foot["y"] or price.evaluate("price => price === document.activeElement")
        reached += 1
        assert reached < 60
    assert reached > 5
