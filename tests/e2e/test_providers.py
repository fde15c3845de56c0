"""Pictures from other people's machines, in the browser: told first, watched, kept, and refunded when it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import SIZES, NewPage
from tests.e2e.people import add_source, balance, finished, generate, sign_up
from tests.e2e.studio_server import StudioServer
from tests.e2e.test_accessibility import assert_accessible, assert_fits
from tests.emulators import fal, runpod
from tests.emulators.server import in_thread

Keep = Callable[[Page, str], None]


@dataclass
class Remote:
    """A studio and the emulated providers that it knows."""

    studio: StudioServer
    fal: fal.Fal
    runpod: runpod.RunPod


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    made_fal, made_runpod = fal.Fal(), runpod.RunPod()
    with in_thread(made_fal) as fal_url, in_thread(made_runpod) as runpod_url:
        studio = StudioServer(tmp_path_factory.mktemp("studio") / "data").start(
            FAL_KEY="an-id:a-secret",
            RUNPOD_API_KEY="a-key",
            KALEIPIX_RUNPOD_URL=f"{runpod_url}/v2",
            KALEIPIX_RUNPOD_ENDPOINTS="sdxl=sdxl,comfy-portrait=comfyui",
            **{f"KALEIPIX_FAL_{name}_URL": fal_url for name in ("QUEUE", "REST", "CDN")},
        )
        yield Remote(studio, made_fal, made_runpod)
        studio.stop()


def choose(page: Page, model: str) -> None:
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(model)},")).click()


def first_picture(page: Page, model: str, prompt: str, provider: str) -> None:
    """The first order at a provider: the notice comes before it."""
    choose(page, model)
    generate(page, prompt)
    notice = page.get_by_role("dialog", name=f"Before the first picture from {provider}")
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="I understand").click()
    expect(notice).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_told_once_then_watched_from_queue_to_picture(size: str, remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = new_page(remote.studio.url, size, bypass_csp=True)
    sign_up(page, remote.studio, f"watcher-{size}")
    choose(page, "FLUX.1 schnell")
    prompt = f"a lighthouse at dusk {size}"
    generate(page, prompt)
    notice = page.get_by_role("dialog", name="Before the first picture from fal.ai")
    expect(notice).to_contain_text("United States")
    assert_accessible(page, f"transfer notice ({size})")
    assert_fits(page, f"transfer notice ({size})")
    keep(page, f"transfer-notice-{size}")
    notice.get_by_role("button", name="Cancel").click()
    expect(notice).to_be_hidden()
    assert remote.fal.submissions(prompt).posts == 0, "nothing left this server"
    assert balance(page) == 40
    queued, running = remote.fal.hold("queued", prompt=prompt), remote.fal.hold("running", prompt=prompt)
    first_picture(page, "FLUX.1 schnell", prompt, "fal.ai")
    status = page.get_by_role("status").filter(has_text=re.compile("Queued|Starting|Running|Saving"))
    expect(status).to_contain_text("Queued")
    remote.fal.release("queued", prompt=prompt)
    expect(status).to_contain_text("Running")
    keep(page, f"remote-running-{size}")
    page.reload()
    expect(status).to_contain_text("Running")
    remote.fal.release("running", prompt=prompt)
    finished(page, prompt)
    assert queued.open
    assert running.open
    assert balance(page) == 39
    assert remote.fal.submissions(prompt).jobs == 1
    generate(page, f"{prompt} again")
    finished(page, f"{prompt} again")


def test_an_edit_of_a_photograph_is_sent_to_expire(remote: Remote, new_page: NewPage) -> None:
    page = new_page(remote.studio.url)
    sign_up(page, remote.studio, "editor")
    choose(page, "FLUX.1 Kontext pro")
    add_source(page, PHOTOS / "chelsea.png")
    first_picture(page, "FLUX.1 Kontext pro", "make it snow", "fal.ai")
    finished(page, "make it snow")
    assert balance(page) == 36


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("policy", "safety filter refused"),
        ("string_detail", "could not use this input"),
        ("generation_timeout", "took too long"),
    ],
)
def test_what_goes_wrong_is_told_plainly_and_paid_back(
    rule: str, sentence: str, remote: Remote, new_page: NewPage
) -> None:
    page = new_page(remote.studio.url)
    sign_up(page, remote.studio, f"unlucky-{rule.replace('_', '-')}")
    prompt = f"goes wrong by {rule}"
    remote.fal.script("job", rule, prompt=prompt)
    first_picture(page, "FLUX.1 schnell", prompt, "fal.ai")
    failure = page.get_by_role("alert").filter(has_text=prompt)
    expect(failure).to_contain_text(sentence)
    expect(failure).to_contain_text("credits returned")
    expect(page.get_by_role("status", name="Credits")).to_contain_text("40")
    failure.get_by_role("link", name="credits returned").click()
    line = page.get_by_role("listitem").filter(has_text="Not made, so it came back")
    expect(line).to_be_focused()
    expect(line).to_contain_text("+1 credit")
    page.go_back()
    failure.get_by_role("button", name="Retry").click()
    finished(page, prompt)
    assert remote.fal.submissions(prompt).jobs == 2


def test_cancelling_stops_it_there_too(remote: Remote, new_page: NewPage) -> None:
    page = new_page(remote.studio.url)
    sign_up(page, remote.studio, "canceller")
    remote.fal.hold("running", prompt="never mind")
    first_picture(page, "FLUX.1 schnell", "never mind", "fal.ai")
    expect(page.get_by_role("status").filter(has_text="Running")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("status", name="Credits")).to_contain_text("40")
    assert any(one.step == "cancel" for one in remote.fal.requests)
    remote.fal.release("running", prompt="never mind")


@pytest.mark.parametrize("size", SIZES)
def test_everything_is_stopped_at_once(size: str, remote: Remote, new_page: NewPage) -> None:
    page = new_page(remote.studio.url, size)
    sign_up(page, remote.studio, f"stopper-{size}")
    runs, waits = f"runs {size}", f"waits {size}"
    remote.fal.hold("running", prompt=runs)
    remote.fal.hold("queued", prompt=waits)
    first_picture(page, "FLUX.1 schnell", runs, "fal.ai")
    for n in range(3):
        generate(page, f"{waits} {n}")
    if size == "phone":
        page.get_by_role("link", name="Activity").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(4)
    expect(page.get_by_role("status").filter(has_text="Running").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^(next|\d+(st|nd|rd|th) in line)$")).first).to_be_visible()
    page.get_by_role("button", name="Stop all").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop all")).to_have_count(0)
    expect(page.get_by_role("status", name="Credits")).to_contain_text("40")
    for stage, prompt in (("running", runs), ("queued", waits)):
        remote.fal.release(stage, prompt=prompt)


@pytest.mark.parametrize("size", SIZES)
def test_a_cold_start_is_explained(size: str, remote: Remote, new_page: NewPage) -> None:
    page = new_page(remote.studio.url, size)
    sign_up(page, remote.studio, f"cold-{size}")
    prompt = f"a cold morning {size}"
    remote.runpod.hold("queued", prompt=prompt)
    first_picture(page, "SDXL", prompt, "RunPod")
    expect(page.get_by_role("status").filter(has_text="Starting")).to_be_visible()
    expect(page.get_by_text("waking a machine")).to_be_visible()
    remote.runpod.release("queued", prompt=prompt)
    finished(page, prompt)
    assert balance(page) == 38


@pytest.mark.parametrize("size", SIZES)
def test_what_failed_is_made_elsewhere(size: str, remote: Remote, new_page: NewPage, keep: Keep) -> None:
    page = new_page(remote.studio.url, size, bypass_csp=True)
    sign_up(page, remote.studio, f"elsewhere-{size}")
    prompt = f"a ship in a bottle {size}"
    remote.fal.script("job", "policy", prompt=prompt)
    first_picture(page, "FLUX.1 schnell", prompt, "fal.ai")
    failure = page.get_by_role("alert").filter(has_text=prompt)
    other = failure.get_by_role("button", name="instead")
    if size == "phone":
        expect(other).to_be_hidden()
        failure.get_by_label("The whole of it").click()
    expect(other).to_be_visible()
    assert_accessible(page, f"made elsewhere ({size})")
    keep(page, f"elsewhere-{size}")
    other.click()
    notice = page.get_by_role("dialog", name="Before the first picture from")
    expect(notice.or_(page.get_by_role("img", name=re.compile(f"^{prompt}")).first)).to_be_visible()
    if notice.is_visible():
        notice.get_by_role("button", name="I understand").click()
    finished(page, prompt)
    expect(failure).to_have_count(0)
    assert remote.fal.submissions(prompt).jobs in (1, 2), "the other model may be fal's as well"
