"""One address has one spelling. Any other is refused, so that no rule can be walked around."""

from __future__ import annotations

import re

# Letters, digits, - . _ ~ / \ and control characters have no reason to be percent-encoded.
_ENCODED_FOR_NOTHING = re.compile(
    rb"%(?:2[D-F]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5[CF]|7[EF]|[01][0-9A-F])", re.IGNORECASE
)
# Parts of the house that may be named in the log; anything else might be somebody's address or secret.
_NAMED = frozenset(
    {"account", "admin", "api", "cookies", "login", "media", "plans", "privacy", "s", "terms", "w", "webhooks"}
)

# Pages of a workspace, behind its address; and the name under which the build has rendered them.
ROOMS = ("", "/library", "/shares")
SOMEONE = "someone"
# Pages of whoever is signed in, beside the workspace.
OWN = frozenset({"/account", "/account/privacy", "/plans"})
# Other spellings of these that people are sent on from, instead of being told that there is nothing.
SENT_ON = {f"{page}{ending}": page for page in OWN for ending in ("/", ".html")}


def is_odd(path: str, raw: bytes) -> bool:
    """Whether this is another spelling of some address, or the file behind a page."""
    if "//" in path or "\\" in path or not {".", ".."}.isdisjoint(path.split("/")):
        return True
    if any(ord(character) < 32 for character in path):
        return True
    if path.lower().endswith((".html", ".html.gz")) and path not in SENT_ON:
        return True
    return _ENCODED_FOR_NOTHING.search(raw) is not None


def for_log(path: str) -> str:
    """What a log line may say about a path."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return f"/{first}" if first == "" or first in _NAMED else "/…"
