"""The library's filter in the address of the page: reload, back and bookmarks keep it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from kaleipix_app.backend.generation.library.filters import KINDS, LONGEST_TEXT, Filter

_LONGEST_NAME = 60


def filter_of(query: Mapping[str, str], zone: str = "UTC") -> Filter:
    """What an address asks for; what makes no sense in it is left out."""
    kind = query.get("kind", "")
    return Filter(
        text=query.get("q", "").strip()[:LONGEST_TEXT],
        model=query.get("model", "")[:_LONGEST_NAME],
        provider=query.get("provider", "")[:_LONGEST_NAME],
        kind=kind if kind in KINDS else "",
        favourites=query.get("favourites") == "1",
        collection=query.get("collection", "")[:_LONGEST_NAME],
        since=day_of(query.get("from", "")),
        until=day_of(query.get("to", "")),
        zone=zone,
        oldest_first=query.get("sort") == "oldest",
    )


def query_of(wanted: Filter) -> dict[str, str]:
    """The same the other way; only what is set."""
    found = {
        "q": wanted.text,
        "model": wanted.model,
        "provider": wanted.provider,
        "kind": wanted.kind,
        "favourites": "1" if wanted.favourites else "",
        "collection": wanted.collection,
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "sort": "oldest" if wanted.oldest_first else "",
    }
    return {key: value for key, value in found.items() if value}


def address_of(username: str, query: Mapping[str, str]) -> str:
    """Where the page with this filter is."""
    text = urlencode({key: value for key, value in query.items() if value})
    return f"/w/{username}/library" + (f"?{text}" if text else "")


def day_of(text: str) -> date | None:
    """A day as addresses and the grid write it; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9000 else None
