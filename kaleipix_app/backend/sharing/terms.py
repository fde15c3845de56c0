"""The terms of a link: until when, for whom, and what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.sharing.passcodes import Passcodes

KEEP = "keep"  # when a link is changed: as it is
NEVER = "never"
#: Choice -> how long from now; None: until it is revoked.
EXPIRIES: dict[str, timedelta | None] = {
    "1": timedelta(days=1),
    "7": timedelta(days=7),
    "30": timedelta(days=30),
    "90": timedelta(days=90),
    NEVER: None,
}
DEFAULT_EXPIRY = "7"
LONGEST_TITLE = 120
SHORTEST_PASSCODE, LONGEST_PASSCODE = 4, 64
NO_PASSCODE = f"This link has no passcode. Type one of {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters."


@dataclass(frozen=True)
class Terms:
    """Checked terms, ready to be written."""

    title: str = ""
    expiry: str = DEFAULT_EXPIRY
    passcode_hash: str = ""  # empty: none; KEEP: as it is
    downloads: bool = True
    shows_prompt: bool = False
    shows_source: bool = False


def expiry_of(choice: str, now: datetime) -> datetime | None:
    """When a link ends that is made now."""
    lifetime = EXPIRIES[choice]
    return now + lifetime if lifetime is not None else None


async def read_terms(typed: dict[str, Any], passcodes: Passcodes, *, editing: bool = False) -> Terms:
    """What a person chose. Outside of any transaction: a passcode takes a while to hash. Raises BadInput."""
    title = " ".join(str(typed.get("title") or "").split())
    if len(title) > LONGEST_TITLE:
        raise BadInput(f"A title has at most {LONGEST_TITLE} characters. Shorten it.", code="title")
    if not title.isprintable():
        raise BadInput("The title holds characters that cannot be shown. Type it anew.", code="title")
    expiry = str(typed.get("expiry") or "")
    if expiry not in EXPIRIES and not (editing and expiry == KEEP):
        raise BadInput("Choose until when the link works.")
    return Terms(
        title=title,
        expiry=expiry,
        passcode_hash=await _passcode_hash(typed, passcodes, editing),
        downloads=bool(typed.get("downloads")),
        shows_prompt=bool(typed.get("prompt")),
        shows_source=bool(typed.get("source")),
    )


async def _passcode_hash(typed: dict[str, Any], passcodes: Passcodes, editing: bool) -> str:
    if not typed.get("protected"):
        return ""
    passcode = str(typed.get("passcode") or "").strip()
    if editing and not passcode:
        return KEEP
    if not SHORTEST_PASSCODE <= len(passcode) <= LONGEST_PASSCODE:
        raise BadInput(
            f"A passcode has {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters. Type another one.", code="passcode"
        )
    return await passcodes.hash(passcode)
