"""What the first load of the studio may cost, with a page of pictures on the screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.people import a_past, sign_up
from tests.e2e.studio_server import StudioServer

_PICTURES = 12  # one page of the history
_MOST_REQUESTS, _MOST_SCRIPT, _MOST_STYLE = 30, 220_000, 15_000  # bytes as they are sent


def test_the_studio_is_light_with_pictures_on_the_screen(server: StudioServer, new_page: NewPage) -> None:
    page = new_page(server.url)
    sign_up(page, server, "light")
    a_past(server, "light", _PICTURES)
    page.goto("about:blank")
    requests: dict[str, str] = {}  # id → kind; a connection counts as one
    sizes: dict[str, float] = {}
    client = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            requests[event["requestId"]] = event.get("type", "Other")

    client.on("Network.requestWillBeSent", asked)
    client.on("Network.webSocketCreated", lambda event: requests.update({event["requestId"]: "WebSocket"}))
    client.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto("/w/light")
    expect(page.locator("#activity-pane li img")).to_have_count(_PICTURES)
    page.wait_for_load_state("networkidle")

    def sent(kind: str) -> float:
        return sum(sizes.get(id, 0) for id, its in requests.items() if its == kind)

    kinds = sorted(requests.values())
    assert {"Script", "Stylesheet", "WebSocket", "Image"} <= set(kinds)
    assert kinds.count("Image") > _PICTURES / 2  # the pictures are really there
    assert len(kinds) <= _MOST_REQUESTS, kinds
    assert 0 < sent("Script") <= _MOST_SCRIPT
    assert 0 < sent("Stylesheet") <= _MOST_STYLE
