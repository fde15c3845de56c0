"""Who may see what of a link: decided here and nowhere else.

Page, preview, thumbnail, original, download and ZIP alike. Whatever is refused is one and the same NotFound; only
`PasscodeNeeded` is told apart, so that the page can ask for it.
"""

from __future__ import annotations

from enum import Enum, auto

from kaleipix_app.backend import tokens
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.sharing.contents import Contents, Shown
from kaleipix_app.backend.sharing.passcodes import Passcodes


class Use(Enum):
    """What is asked for."""

    LOCK = auto()  # that there is a link at all: to type its passcode, or to report it
    PAGE = auto()
    THUMB = auto()
    PREVIEW = auto()
    ORIGINAL = auto()
    ZIP = auto()


_WITHOUT_PASSCODE = frozenset({Use.LOCK})
_NEEDS_DOWNLOADS = frozenset({Use.ORIGINAL, Use.ZIP})


class PasscodeNeeded(NotFound):
    """The link lives, and the browser has not shown that it knows the passcode."""


class Access:
    """The one decision."""

    def __init__(self, contents: Contents, passcodes: Passcodes, clock: Clock) -> None:
        self._contents = contents
        self._passcodes = passcodes
        self._clock = clock

    async def to(self, token: str, use: Use, proof: str = "", image_id: str = "") -> Shown:
        """The link with its pictures, or with the one that is asked for. Raises NotFound, PasscodeNeeded."""
        return self._decided(await self._contents.of(tokens.fingerprint(token), image_id), use, proof)

    def at_once(self, token: str, use: Use, proof: str = "", image_id: str = "") -> Shown | None:
        """The same decision without waiting; None if it takes a look into the database. Raises like `to`."""
        known = self._contents.known(tokens.fingerprint(token), image_id)
        return self._decided(known, use, proof) if known is not None else None

    def _decided(self, shown: Shown | None, use: Use, proof: str) -> Shown:
        if shown is None or not self._lives(shown) or not shown.pictures:
            raise NotFound
        if use in _NEEDS_DOWNLOADS and not shown.downloads:
            raise NotFound
        if use not in _WITHOUT_PASSCODE and not self._is_open(shown, proof):
            raise PasscodeNeeded
        return shown

    def _lives(self, shown: Shown) -> bool:
        ends = shown.expires_at
        return not shown.is_revoked and shown.owner_is_active and (ends is None or self._clock.now() < ends)

    def _is_open(self, shown: Shown, proof: str) -> bool:
        return not shown.passcode_hash or self._passcodes.is_proof(proof, shown.share_id, shown.passcode_hash)
