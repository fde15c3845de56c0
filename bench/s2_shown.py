"""S2: from the provider being done until the picture is loaded in the page of a real browser."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench import servers
from bench.figures import Figure, median, p95
from tests.emulators import fal
from tests.emulators.server import in_thread

_RUNS, _WARM = 15, 3
_GRADIO = 84.0  # ms: measured on two cores with an emulated provider before there was a studio
_BUDGET = 0.5
_LOADED = """(prompt) => new Promise((resolve) => {
  const look = () => {
    const image = [...document.images].find((one) => one.alt.startsWith(prompt) && one.complete && one.naturalWidth);
    image ? resolve(Date.now()) : requestAnimationFrame(look);
  };
  look();
})"""


def _studio(page: Page, emulator: fal.Fal, prompt: str) -> float:
    """Milliseconds from the release of the job to the picture in the page."""
    emulator.hold("running", prompt=prompt)
    page.get_by_label("Prompt").fill(prompt)
    page.get_by_role("button", name="Generate").click()
    page.get_by_role("status").filter(has_text="Running").wait_for()
    began = time.time()
    emulator.release("running", prompt=prompt)
    return float(page.evaluate(_LOADED, prompt)) - 1000 * began


def _bare(data: bytes, folder: Path) -> float:
    """The least that has to happen to a result: decode it, store it and its thumbnail."""
    began = time.perf_counter()
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    (folder / "original").write_bytes(data)
    picture.thumbnail((320, 320))
    picture.save(folder / "thumb.webp", quality=80, method=2)
    return 1000 * (time.perf_counter() - began)


def run(folder: Path) -> list[Figure]:
    """The studio in a browser; beside it the bare steps on a picture of the same size."""
    data = folder / "s2"
    name, _, secret = servers.a_signed_in_person(data, told="fal").partition("=")
    emulator = fal.Fal(fal.Settings(queued=0, starting=0, running=0, steps=1))
    result = io.BytesIO()
    Image.effect_noise((1024, 1024), 40).convert("RGB").save(result, "PNG")
    found: dict[str, list[float]] = {"studio": [], "bare": []}
    with in_thread(emulator) as url, sync_playwright() as playwright:
        addresses = {f"KALEIPIX_FAL_{part}_URL": url for part in ("QUEUE", "REST", "CDN")}
        server = servers.studio(data, folder / "s2.log", FAL_KEY="an-id:a-secret", **addresses)
        browser = playwright.chromium.launch(executable_path=servers.chromium(), args=["--no-sandbox"])
        try:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
            context.add_cookies([{"name": name, "value": secret, "url": server.url}])
            page = context.new_page()
            page.goto("/w/bench")
            page.get_by_role("combobox", name="Model").click()
            page.get_by_role("option", name="FLUX.1 schnell").first.click()
            for number in range(_RUNS + _WARM):
                times = {
                    "studio": _studio(page, emulator, f"benchmark {number:02}"),
                    "bare": _bare(result.getvalue(), folder),
                }
                for which, milliseconds in times.items():
                    found[which] += [milliseconds] if number >= _WARM else []
        finally:
            browser.close()
            server.stop()
    studio, bare = median(found["studio"]), median(found["bare"])
    ratio = studio / _GRADIO
    return [
        Figure("S2", "provider done -> picture loaded, studio", studio, "ms"),
        Figure("S2", "  p95, studio", p95(found["studio"]), "ms"),
        Figure("S2", "decode, store, thumbnail, bare", bare, "ms"),
        Figure("S2", "  studio / Gradio 6.31 as it was measured then", ratio, "x", f"<= {_BUDGET}", ratio <= _BUDGET),
    ]
