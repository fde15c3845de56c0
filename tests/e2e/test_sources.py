"""Bringing pictures: drop, paste, several at once, and changing one's mind while a slow upload is under way."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conftest import PHOTOS
from tests.e2e.conftest import NewPage
from tests.e2e.people import finished, generate, sign_up
from tests.e2e.studio_server import StudioServer

# A file that arrives as if the person had dragged or copied it: {type: event name, key: where the event carries it}.
_ARRIVES = """([name, type, encoded, event, key]) => {
  const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, {type}));
  document.body.dispatchEvent(new (window[event === "drop" ? "DragEvent" : "ClipboardEvent"])(
    event, {bubbles: true, cancelable: true, [key]: data}));
}"""


def arrives(page: Page, photo: Path, event: str) -> None:
    key = "dataTransfer" if event == "drop" else "clipboardData"
    kind = "image/png" if photo.suffix == ".png" else "image/jpeg"
    page.evaluate(_ARRIVES, [photo.name, kind, base64.b64encode(photo.read_bytes()).decode(), event, key])


def test_drop_and_paste_fill_the_tray_and_each_source_makes_a_generation(
    server: StudioServer, new_page: NewPage
) -> None:
    page = new_page(server.url)
    sign_up(page, server, "dropper")
    arrives(page, PHOTOS / "coffee.png", "drop")
    expect(page.get_by_alt_text("Source 1", exact=False)).to_be_visible()
    arrives(page, PHOTOS / "rocket.jpg", "paste")
    expect(page.get_by_alt_text("Source 2", exact=False)).to_be_visible()
    page.get_by_role("radio", name="Pixel").check()
    expect(page.get_by_role("button", name="Generate 2 · 2 credits")).to_be_enabled()
    generate(page, "both of them")
    finished(page, "both of them")
    expect(page.get_by_role("button", name="Reuse: both of them")).to_have_count(2)


def test_a_slow_upload_shows_progress_and_can_be_cancelled(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "patient")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_label("Add source image").set_input_files(PHOTOS / "coffee.png")
    expect(page.get_by_role("progressbar", name="Uploading coffee.png")).to_be_attached()
    page.get_by_role("button", name="Cancel upload of coffee.png").click()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.reload()
    expect(page.get_by_label("Prompt")).to_be_enabled()
    expect(page.get_by_alt_text("Source 1", exact=False)).to_have_count(0)
    assert list((server.data_dir / "tmp").glob("*")) == []


def test_a_prompt_that_was_typed_survives_a_reload(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "drafter")
    page.get_by_label("Prompt").fill("half a thought")
    page.reload()
    expect(page.get_by_label("Prompt")).to_have_value("half a thought")
