"""From a link's id to its address and back to its row.

The token is a keyed MAC of the id: whoever has the database alone cannot make it, and the owner can be shown it again
although only its hash is kept.
"""

from __future__ import annotations

from kaleipix_app.backend import tokens
from kaleipix_app.backend.tokens import Keyring

_PURPOSE = "share link"
_LENGTH = 40  # hex digits: 160 bits. Hex, because chats cut off a dash at the end of an address


class Addresses:
    """Tokens and URLs of links."""

    def __init__(self, keyring: Keyring, base: str) -> None:
        self._keyring = keyring
        self._base = base

    def new_token(self, share_id: str) -> str:
        """The token of a new link, under the current key."""
        return self._keyring.digest(_PURPOSE, share_id)[:_LENGTH]

    def of(self, share_id: str, token_hash: str) -> str:
        """The whole address of a link; empty if the key under which it was made is not there any more."""
        for digest in self._keyring.digests(_PURPOSE, share_id):
            token = digest[:_LENGTH]
            if tokens.fingerprint(token) == token_hash:
                return self.page(token)
        return ""

    def page(self, token: str) -> str:
        """The address of a token's page."""
        return f"{self._base}/s/{token}"
