"""The cookies of the house: two for signing in, one for passcodes. Names are fixed; `/cookies` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict

from kaleipix_app.backend.settings import Settings


class Flags(TypedDict):
    """Attributes that every cookie carries, in the words of Starlette's `set_cookie` and `delete_cookie`."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


@dataclass(frozen=True)
class Cookies:
    """Names and flags, derived from the public address."""

    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Cookies:
        """On https all are Secure, those for signing in host-bound; plain http cannot keep that prefix."""
        return cls(secure=settings.is_https)

    @property
    def session(self) -> str:
        """Holds the session's secret."""
        return self._named("kaleipix_session")

    @property
    def challenge(self) -> str:
        """Binds a sign-in code to the browser that asked for it."""
        return self._named("kaleipix_challenge")

    @property
    def share(self) -> str:
        """Shows that somebody here knew a link's passcode. Sent to that link alone, hence no __Host- prefix."""
        return "__Secure-kaleipix_share" if self.secure else "kaleipix_share"

    @property
    def flags(self) -> Flags:
        """Out of reach of scripts, not sent by other sites' forms; never for a whole domain (RFC 6265bis)."""
        return Flags(path="/", secure=self.secure, httponly=True, samesite="lax")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    @staticmethod
    def read(header: str, name: str) -> str:
        """The value of one cookie in a Cookie header, or an empty string.

        Not `http.cookies`: it gives up at the first cookie it dislikes, and on localhost other apps set those too.
        """
        for part in header.split(";"):
            found, _, value = part.strip().partition("=")
            if found == name:
                return value
        return ""
