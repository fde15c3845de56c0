"""Who may open a live connection, and how many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from kaleipix_app.backend import log
from kaleipix_app.backend.abuse.network import Networks
from kaleipix_app.backend.settings import Settings

PER_NETWORK = 100  # each open tab is one, and costs about a quarter of a megabyte
_log = log.get("sockets")


class Sockets:
    """Counts open connections per network."""

    def __init__(self, settings: Settings) -> None:
        self._origins = settings.origins
        self._networks = Networks(settings.trusted_proxies)
        # A studio called localhost listens on this machine alone: there are no strangers to limit.
        self._is_local = urlsplit(settings.url).hostname in ("localhost", "127.0.0.1")
        self._open: Counter[str] = Counter()

    @contextmanager
    def admit(self, connection: HTTPConnection) -> Iterator[bool]:
        """Whether this connection may stay open while the block runs.

        Browsers name their origin at every handshake. One that is missing is no browser, and a tool that sends
        none must not be the way around the check.
        """
        if connection.headers.get("origin") not in self._origins:
            yield False
            return
        peer = connection.client.host if connection.client else None
        network = self._networks.of(peer, ",".join(connection.headers.getlist("x-forwarded-for")))
        if self._open[network] >= PER_NETWORK and not self._is_local:
            # Behind a proxy that is not trusted, everybody seems to come from the proxy.
            _log.warning("too_many_sockets", hint="is KALEIPIX_TRUSTED_PROXIES complete?")
            yield False
            return
        self._open[network] += 1
        try:
            yield True
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]
