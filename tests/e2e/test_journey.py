"""The main job, in a real browser: what a newcomer does on the first day."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, balance, finished, generate, result, sign_up, sign_up_by_hand
from tests.e2e.studio_server import StudioServer


@pytest.mark.parametrize("size", SIZES)
def test_from_the_landing_page_to_a_downloaded_picture(
    size: str, server: StudioServer, new_page: NewPage, keep: Callable[[Page, str], None]
) -> None:
    page = new_page(server.url, size)
    page.goto("/")
    keep(page, f"landing-{size}")
    sign_up_by_hand(page, server, f"ada-{size}")
    expect(page.get_by_label("Prompt")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Generate")).to_be_in_viewport()
    keep(page, f"studio-empty-{size}")
    add_source(page, PHOTOS / "chelsea.png")
    page.get_by_role("group", name="Aspect ratio").get_by_role("radio", name="4:3").check()
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="2").check()
    page.get_by_role("radio", name="Posterise").check()
    expect(page.get_by_role("button", name="Generate 2 · 2 credits")).to_be_enabled()
    generate(page, "a cat in warm colours")
    finished(page, "a cat in warm colours")
    assert balance(page) == 38
    keep(page, f"studio-result-{size}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    picture = Pillow.open(BytesIO(Path(download.value.path()).read_bytes()))
    assert (picture.size, picture.format) == ((1152, 864), "PNG")
    assert resembles(picture, Pillow.open(PHOTOS / "chelsea.png")), "the result was not made from the photograph"


def resembles(result: Pillow.Image, source: Pillow.Image) -> bool:
    """Whether light and dark lie in the same places: posterising keeps them (correlation of small grey copies)."""
    small = [ImageOps.fit(picture.convert("L"), (24, 18)) for picture in (result, source)]
    grey = [np.asarray(picture, dtype=float).ravel() for picture in small]
    return bool(np.corrcoef(grey[0], grey[1])[0, 1] > 0.6)


def test_two_tabs_and_a_reload_in_the_middle_end_alike(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "twotabs")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Prompt")).to_be_enabled()
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    generate(page, "waves at night")
    expect(other.get_by_role("status").filter(has_text=re.compile("Queued|Starting|Running|Saving"))).to_be_visible()
    page.reload()
    assert finished(page, "waves at night") == finished(other, "waves at night")
    assert balance(page) == balance(other) == 36
    page.reload()
    finished(page, "waves at night")


def test_generating_goes_on_while_something_runs_and_history_can_be_reused(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url)
    sign_up(page, server, "busy")
    page.get_by_label("Seed").fill("42")
    page.get_by_role("radio", name="Mosaic").check()
    for prompt in ("first", "second", "third"):
        generate(page, prompt)
    for prompt in ("first", "second", "third"):
        finished(page, prompt)
    page.get_by_role("button", name="Reuse: first").click()
    expect(page.get_by_label("Prompt")).to_have_value("first")
    expect(page.get_by_role("radio", name="Mosaic")).to_be_checked()


def test_cancel_gives_the_credits_back(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "changeable")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="2").check()
    expect(page.get_by_role("button", name="Generate 2")).to_be_visible()
    for n in range(4):
        generate(page, f"number {n}")
    expect(page.get_by_role("button", name="Cancel")).to_have_count(4)
    page.get_by_role("button", name="Cancel").last.click()
    for n in range(3):
        finished(page, f"number {n}")
    expect(page.get_by_role("status").filter(has_text=re.compile("Queued|Starting|Running|Saving"))).to_have_count(0)
    assert balance(page) == 40 - 6


def test_a_file_that_is_no_picture_is_refused_beside_one_that_is(
    server: StudioServer, new_page: NewPage, tmp_path: Path
) -> None:
    fake = tmp_path / "holiday.jpg"
    fake.write_text("this is text")
    page = new_page(server.url)
    sign_up(page, server, "careful")
    page.get_by_label("Add source image").set_input_files([fake, PHOTOS / "rocket.jpg"])
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("holiday.jpg")


@pytest.mark.parametrize("size", SIZES)
def test_the_whole_studio_by_keyboard(size: str, server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url, size)
    sign_up(page, server, f"keys-{size}")
    page.get_by_label("Prompt").focus()
    page.keyboard.type("made with keys")
    page.keyboard.press("Control+Enter")
    finished(page, "made with keys")


def test_someone_else_sees_the_unknown_page(server: StudioServer, new_page: NewPage) -> None:
    owner, stranger = new_page(server.url), new_page(server.url)
    sign_up(owner, server, "olive")
    generate(owner, "private")
    picture = finished(owner, "private")
    sign_up(stranger, server, "stranger")
    unknown = stranger.request.get("/w/nobody-has-this")
    for path in (
        "/w/olive",
        f"/media/{picture}/thumb",
        f"/media/{picture}/preview",
        f"/media/{picture}/original?download=1",
    ):
        answer = stranger.request.get(path)
        assert answer.status == 404, path
        assert not answer.body().startswith((b"\x89PNG", b"RIFF"))
    assert stranger.request.get("/w/olive").body() == unknown.body()
    assert owner.request.get(f"/media/{picture}/original").status == 200


def test_signing_out_closes_the_other_tab_too(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "leaving")
    generate(page, "kept")
    finished(page, "kept")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Prompt")).to_be_enabled()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Open the studio")).to_be_visible()
    expect(other.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(result(other, "kept")).to_have_count(0)
    other.get_by_role("link", name="Sign in").click()
    expect(other.get_by_label("Email")).to_be_enabled()
    other.go_back()
    expect(result(other, "kept")).to_have_count(0)


def test_what_was_followed_stays_when_following_is_off(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "steady")
    generate(page, "the first one")
    finished(page, "the first one")
    page.get_by_label("Follow new results").uncheck()
    generate(page, "the second one")
    page.get_by_role("button", name="1 new picture is ready").click()
    expect(result(page, "the second one")).to_be_visible()


def test_the_log_follows_a_request_and_knows_no_secret(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "canary")
    code = server.code(len(server.mails()) - 1)
    add_source(page, PHOTOS / "rocket.jpg")
    generate(page, "xyzzy plugh")
    finished(page, "xyzzy plugh")
    secrets = [str(cookie["value"]) for cookie in page.context.cookies()]
    lines = [line for line in server.log().splitlines() if line.startswith("{")]  # mails are output, not log
    assert any('"request_id"' in line and '"route": "/media"' in line for line in lines)
    for secret in (*secrets, code, code.replace("-", ""), "canary@", "example.com", "xyzzy", "127.0.0.1"):
        assert [line for line in lines if secret in line] == [], secret


def test_an_empty_prompt_and_an_empty_purse_are_told_in_a_sentence(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "thrifty")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a prompt first")
    page.get_by_role("group", name="Number of images").get_by_role("radio", name="4").check()
    expect(page.get_by_role("button", name="Generate 4")).to_be_visible()
    for n in range(10):
        generate(page, f"spend {n}")
        expect(page.get_by_role("status", name="Credits")).to_contain_text(f"{36 - 4 * n} credit")
    generate(page, "one too many")
    expect(page.get_by_role("alert")).to_contain_text("You need 4 more credits")
