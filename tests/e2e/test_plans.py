"""Plans and credits: what is free here, what a credit buys, and where the price button leads when credits are short."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import balance, choose_model, given, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_fits, look_at


@pytest.mark.parametrize("size", SIZES)
def test_the_page_tells_the_balance_the_free_plan_and_every_price(
    size: str, remote: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(remote.url, size, bypass_csp=True)
    sign_up(page, remote, f"plans-{size}")
    page.get_by_role("status", name="Credits").get_by_role("link").click()
    page.wait_for_url("**/plans")
    expect(page.get_by_role("status", name="Credits")).to_contain_text("40 credits")
    expect(page.get_by_role("region", name="Free plan")).to_contain_text("40 credits a month")
    expect(page.get_by_text("There are no paid plans here yet.")).to_be_visible()
    own = page.get_by_role("table", name="Built-in engine").get_by_role("row", name="Kaleidoscope")
    expect(own).to_contain_text("1 credit")
    expect(own).to_contain_text("about 1\N{NO-BREAK SPACE}s")
    far = page.get_by_role("table", name="fal.ai").get_by_role("row", name="Nano Banana 2")
    expect(far).to_contain_text("8 credits")
    look_at(page, "plans", size, keep)
    page.get_by_role("link", name="Create" if size == "phone" else "Studio").click()
    expect(page.get_by_label("Prompt")).to_be_enabled()


@pytest.mark.parametrize("size", SIZES)
def test_short_of_credits_the_button_opens_the_plans_and_loses_nothing(
    size: str, remote: StudioServer, new_page: NewPage
) -> None:
    page = new_page(remote.url, size)
    sign_up(page, remote, f"needy-{size}")
    choose_model(page, "Clarity Upscaler")
    names = ("chelsea.png", "coffee.png", "rocket.jpg", "rocket.jpg")
    for number, name in enumerate(names, 1):
        page.get_by_label("Add source image").set_input_files(PHOTOS / name)
        expect(page.get_by_alt_text(f"Source {number}", exact=False)).to_be_visible()
    page.get_by_label("Prompt").fill("with care")
    page.get_by_role("button", name="Need 8 more credits").click()
    page.wait_for_url("**/plans?need=8")
    expect(page.get_by_role("alert")).to_contain_text("You need 8 more credits")
    page.get_by_role("link", name="Create" if size == "phone" else "Studio").click()
    expect(page.get_by_label("Prompt")).to_have_value("with care")
    expect(page.get_by_alt_text("Source 4", exact=False)).to_be_visible()


def test_the_account_leads_there_and_an_odd_address_says_nothing(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "curious")
    page.goto("/account")
    page.get_by_role("link", name="Plans and prices").click()
    expect(page.get_by_role("heading", level=1, name="Plans and credits")).to_be_visible()
    for odd in ("0", "-3", "99999", "<b>", "٣"):
        page.goto(f"/plans?need={odd}")
        expect(page.get_by_role("table", name="Built-in engine")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_many_credits_have_commas_for_people_and_none_for_scripts(
    size: str, server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, size, bypass_csp=True)
    sign_up(page, server, f"rich-{size}")
    status = page.get_by_role("status", name="Credits")
    for now, gift in ((999, 959), (99_999, 99_000), (1_234_045, 1_134_046)):
        given(server, f"rich-{size}", gift)
        page.reload()
        expect(status).to_contain_text(f"{now} credits")
        if size == "phone":
            page.set_viewport_size({"width": 320, "height": 700})
            assert_fits(page, f"{now} credits, narrow")
            page.set_viewport_size({"width": 390, "height": 844})
    assert balance(page) == 1_234_045
    drawn = "(one) => [...one.querySelectorAll('span')].map((part) => getComputedStyle(part, '::before').content)"
    assert [mark for mark in status.evaluate(drawn) if mark != "none"] == ['","', '","']
    look_at(page, "many-credits", size, keep)
    page.goto("/plans")
    expect(status).to_contain_text("1234045 credits")
    look_at(page, "many-credits-plans", size, keep)
    page.goto("/account#credits")
    expect(page.get_by_text("1,234,045 left")).to_be_visible()
    expect(page.get_by_text("+1,134,046 credits")).to_be_visible()


def test_signed_out_it_leads_to_the_login(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    page.goto("/plans")
    expect(page.get_by_role("button", name="Send code")).to_be_enabled()
