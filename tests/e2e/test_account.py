"""The account page in a real browser: signing other browsers out, another name, another address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import finished, generate, result, sign_in, sign_in_elsewhere, sign_up
from tests.e2e.studio_server import StudioServer

Keep = Callable[[Page, str], None]


def open_account(page: Page) -> None:
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_role("button", name="Change username")).to_be_enabled()


@pytest.mark.parametrize("size", SIZES)
def test_a_revoked_browser_is_refused_and_emptied_at_once(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    mine, other = new_page(server.url, size), new_page(server.url, size)
    sign_up(mine, server, f"keyholder-{size}")
    generate(mine, "not for thieves")
    picture = finished(mine, "not for thieves")
    sign_in_elsewhere(other, server, f"keyholder-{size}")
    expect(result(other, "not for thieves")).to_be_visible()
    assert other.request.get(f"/media/{picture}/preview").status == 200
    open_account(mine)
    expect(mine.get_by_text("Chrome on Linux")).to_be_visible()
    keep(mine, f"account-{size}")
    mine.get_by_role("button", name="Sign out: Firefox on Linux").click()
    expect(mine.get_by_text("That browser is signed out.")).to_be_visible()
    assert other.request.get(f"/media/{picture}/preview").status == 404, "refused from the very moment"
    expect(other.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(result(other, "not for thieves")).to_have_count(0)
    for variant in ("thumb", "preview", "original"):
        assert other.request.get(f"/media/{picture}/{variant}").status == 404
    keep(other, f"account-signed-out-{size}")
    expect(mine.get_by_role("button", name="Sign out: ")).to_have_count(0)
    other.get_by_role("link", name="Sign in").click()
    expect(other.get_by_label("Email")).to_be_enabled()
    mine.reload()
    expect(mine.get_by_text("This browser", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_another_address_is_confirmed_at_both(size: str, server: StudioServer, new_page: NewPage, keep: Keep) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"mover-{size}")
    open_account(page)
    number = len(server.mails())
    page.get_by_role("button", name="Change e-mail address").click()
    page.get_by_label("New e-mail address").fill(f"moved-{size}@example.com")
    page.get_by_role("button", name="Continue").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog).to_contain_text(f"mover-{size}@example.com")
    keep(page, f"account-fresh-code-{size}")
    dialog.get_by_label("Code").fill(server.code(number))
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"We wrote to moved-{size}@example.com")).to_be_visible()
    keep(page, f"account-new-address-{size}")
    page.get_by_label("Code from the new address").fill(server.code(number + 1))
    page.get_by_role("button", name="Change address").click()
    expect(page.get_by_role("status").filter(has_text=f"You sign in with moved-{size}@example.com")).to_be_visible()
    expect(page.get_by_text(f"moved-{size}@example.com", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_another_name_takes_everything_along_and_open_tabs_too(
    size: str, server: StudioServer, new_page: NewPage, keep: Keep
) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"before-{size}")
    generate(page, "comes along")
    finished(page, "comes along")
    studio = page.context.new_page()
    studio.goto(page.url)
    expect(result(studio, "comes along")).to_be_visible()
    open_account(page)
    page.get_by_role("button", name="Change username").click()
    page.get_by_role("textbox", name="Username").fill("admin")
    page.get_by_role("button", name="Save username").click()
    expect(page.get_by_role("alert")).to_contain_text("reserved")
    keep(page, f"account-rename-{size}")
    page.get_by_role("textbox", name="Username").fill(f"after-{size}")
    page.get_by_role("button", name="Save username").click()
    expect(page.get_by_role("status").filter(has_text=f"/w/after-{size}")).to_be_visible()
    studio.wait_for_url(f"**/w/after-{size}")
    expect(result(studio, "comes along")).to_be_visible()
    assert page.request.get(f"/w/before-{size}").status == 404
    page.get_by_role("link", name="Create" if size == "phone" else "Studio").click()
    page.wait_for_url(f"**/w/after-{size}*")
    finished(page, "comes along")


def test_a_code_answers_only_the_page_that_asked_for_it(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "hesitant")
    open_account(page)
    page.get_by_role("link", name="Open the privacy centre").click()
    expect(page.get_by_role("heading", name="Privacy centre")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Delete account").click()
    page.get_by_role("button", name="Delete my account").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    expect(dialog).to_be_visible()
    page.reload()
    expect(dialog).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Privacy centre")).to_be_visible()
    expect(dialog).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("button", name="Change username")).to_be_enabled()
    expect(dialog).to_be_hidden()


def test_the_page_is_for_who_is_signed_in(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    for path in ("/account", "/account/", "/account.html"):
        answer = page.request.get(path, max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (303, "/login?next=/account"), path
    page.goto("/account")
    sign_in(page, server, "visitor@example.com")
    page.get_by_label("Username").fill("visitor")
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Create workspace").click()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    expect(page.get_by_text("visitor@example.com")).to_be_visible()
