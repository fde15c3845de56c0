"""Where to go after signing in, when the page that sent us here asks for it."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 1000


def local_path(wanted: object) -> str | None:
    """The path if it surely stays on this site, else None: a sign-in must never hand people to a stranger.

    Browsers read `\\` as `/`, drop tabs and line breaks, and resolve dot segments, all before they look for
    `//host`; so none of these is let through anywhere.
    """
    if not isinstance(wanted, str) or len(wanted) > _LONGEST or not wanted.startswith("/"):
        return None
    if not wanted.isascii() or not wanted.isprintable() or "\\" in wanted or " " in wanted or wanted.startswith("//"):
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or "//" in parts.path or {".", ".."} & set(parts.path.split("/")):
        return None
    return wanted
