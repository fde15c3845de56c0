"""The two cookies of the house. Names are fixed; `/cookies` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from kaleipix_app.backend.settings import Settings


@dataclass(frozen=True)
class Cookies:
    """Names and flags, derived from the public address."""

    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Cookies:
        """On https both are Secure and host-bound; plain http (localhost) cannot keep that prefix everywhere."""
        return cls(secure=settings.is_https)

    @property
    def session(self) -> str:
        """Holds the session's secret."""
        return self._named("kaleipix_session")

    @property
    def challenge(self) -> str:
        """Binds a sign-in code to the browser that asked for it."""
        return self._named("kaleipix_challenge")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    @staticmethod
    def read(header: str, name: str) -> str:
        """The value of one cookie in a Cookie header, or an empty string."""
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(header)
        except CookieError:
            return ""
        return jar[name].value if name in jar else ""
