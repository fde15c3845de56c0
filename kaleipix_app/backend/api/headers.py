"""The headers that every answer carries. What a route has set itself is never changed."""

from __future__ import annotations

from functools import cached_property

from starlette.datastructures import MutableHeaders

from kaleipix_app.backend.api.built import Built
from kaleipix_app.backend.settings import Settings

_NO_FEATURES = """
    accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(),
    midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()
"""
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send Origin: null on our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": " ".join(_NO_FEATURES.split()),
}
_FOR_EVER = "public, max-age=31536000, immutable"

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PLAIN_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Headers:
    """Adds what is missing to an answer."""

    def __init__(self, settings: Settings, built: Built) -> None:
        self._origins = settings.origins
        self._built = built
        self._always = dict(_ALWAYS)
        if settings.is_https:
            self._always["Strict-Transport-Security"] = "max-age=31536000"

    def complete(self, path: str, status: int, headers: MutableHeaders) -> None:
        """Set every header that the answer does not have yet."""
        for name, value in self._always.items():
            headers.setdefault(name, value)
        kind = headers.get("content-type", "").partition(";")[0]
        headers.setdefault("Cache-Control", _caching(path, status, kind))
        if status == 304:
            return  # no content type: a policy made for data would replace that of a kept page
        if kind == "text/html":
            headers.setdefault("Content-Security-Policy", self.page_policy)
        elif kind not in ("text/javascript", "text/css"):
            headers.setdefault("Content-Security-Policy", DATA_POLICY)

    @cached_property
    def page_policy(self) -> str:
        """For the pages of the build. Their styles are set by script, hence 'unsafe-inline' for styles alone."""
        sockets = " ".join("ws" + origin.removeprefix("http") for origin in self._origins)
        return "; ".join(
            (
                "default-src 'none'",
                " ".join(("script-src 'self'", *self._built.script_hashes)),
                "style-src 'self' 'unsafe-inline'",
                "img-src 'self' blob: data:",
                f"connect-src 'self' {sockets}",
                "font-src 'self'",
                "manifest-src 'self'",
                "form-action 'self'",
                "worker-src 'self' blob:",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        )


def _caching(path: str, status: int, kind: str) -> str:
    """Pages and answers are kept nowhere; files of the build are asked for again unless their name holds a hash."""
    if status not in (200, 206, 304):
        return "no-store"
    if path.startswith("/assets/"):
        return _FOR_EVER
    is_file = kind in ("text/css", "text/javascript", "text/plain") or kind.startswith(("image/", "font/"))
    return "no-cache" if is_file or status == 304 else "no-store"
