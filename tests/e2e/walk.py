"""Every page there is, and what a browser holds after it: for the walk over all of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, WebSocket

from tests.e2e.studio_server import ROOT

_ROUTES = """
import json
from kaleipix_app.kaleipix_app import app, parts
pages = ["/" if route == "index" else f"/{route}" for route in app._unevaluated_pages]
ours = [route.path for route in parts.api_app().routes if "GET" in (route.methods or ())]
print(json.dumps([pages, ours]))
"""
#: Addresses of our own routes that no person opens: pictures, files, figures, what scripts and downloads ask for.
_NO_PAGES = re.compile(r"/(api|assets|webhooks)/|/(healthz|readyz|metrics|robots\.txt)$|\.zip$|\{variant\}$")
_HELD = """async () => ({
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    IndexedDB: (await indexedDB.databases()).map(one => one.name),
    "Cache Storage": window.caches ? await caches.keys() : [],
    "service worker": navigator.serviceWorker
        ? (await navigator.serviceWorker.getRegistrations()).map(one => one.scope) : [],
})"""


def every_page(data_dir: Path) -> list[str]:
    """The app's own pages and every GET route that is one, as patterns with names in brackets or braces."""
    asked = subprocess.run(
        [sys.executable, "-c", _ROUTES],
        cwd=ROOT,
        env=os.environ | {"KALEIPIX_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    pages, ours = json.loads(asked.stdout.splitlines()[-1])
    return [*pages, *(route for route in ours if not _NO_PAGES.search(route))]


def filled(pattern: str, values: dict[str, str]) -> str:
    """A real address. KeyError: the page is new, and the walk has to be told a value for that name."""
    return re.sub(r"[\[{](\w+)[\]}]", lambda found: values[found[1]], pattern)


@dataclass
class Holdings:
    """What was found in browsers so far."""

    cookies: set[str] = field(default_factory=set)
    kept: set[tuple[str, str]] = field(default_factory=set)
    visited: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def watch(self, page: Page, base: str) -> Page:
        """Also live connections: the watch over requests does not see them."""
        live = base.replace("http", "ws", 1)

        def opened(socket: WebSocket) -> None:
            if not socket.url.startswith(f"{live}/"):
                self.elsewhere.append(socket.url)

        page.on("websocket", opened)
        return page

    def note(self, page: Page) -> None:
        """Look into this browser now."""
        page.wait_for_load_state("networkidle")
        context: BrowserContext = page.context
        self.cookies.update(str(one.get("name")) for one in context.cookies())
        held = page.evaluate(_HELD)
        self.kept.update((store, key) for store in held for key in held[store])

    def visit(self, page: Page, *paths: str) -> None:
        """Open these, one after the other."""
        for path in paths:
            page.goto(path)
            self.note(page)
            self.visited.append(path)
