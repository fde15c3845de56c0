"""Connections to the outside: only to allowed hosts, never to private addresses, bounded in time and size.

aiohttp and not httpx: with 1,000 jobs in flight a request costs it a fraction of the CPU time (measured), and its
resolver is the one place where every address is seen before it is connected to.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from json import loads
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from kaleipix_app.backend.providers.base import (
    NotNow,
    ProviderError,
    RateLimited,
    TimedOut,
    UnknownOutcome,
    Unreachable,
)
from kaleipix_app.backend.providers.circuit import Circuit

CONNECT, READ = 5.0, 60.0  # seconds
MOST_BYTES = 50 * 1024 * 1024  # of one result
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024


class NotAllowed(ProviderError):
    """The address is none that this installation may connect to."""

    code = "address_refused"
    sentence = "The provider answered with something that cannot be used. Try again."


class TooMuch(ProviderError):
    """More bytes than a result may have."""

    code = "result_too_large"
    sentence = "The provider sent a picture that is too large. Choose a smaller size and try again."


@dataclass(frozen=True)
class Answer:
    """A whole answer of a provider. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object; empty if it is none: what is missing is then noticed where it is needed."""
        try:
            parsed = loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return parsed if isinstance(parsed, dict) else {}

    @property
    def retry_after(self) -> float:
        """Seconds that the provider asks to wait; 5 to 300."""
        given = self.headers.get("retry-after", "")
        return min(max(float(given), 5.0), 300.0) if given.isdecimal() else 10.0


class Outgoing:
    """One pool of connections for all providers. Opened at the first use, in the loop that uses it."""

    def __init__(self, configured: Iterable[str], result_hosts: Iterable[str] = ()) -> None:
        """`configured` are base URLs of the operator: trusted, also when private. `result_hosts` must be public."""
        self._configured = {_origin(url) for url in configured}
        self._result_hosts = set(result_hosts)
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        circuit: Circuit | None = None,
        read: float = READ,
        json: Mapping[str, Any] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request, never repeated, with an object (`json`) or bytes (`body`). `circuit` counts what came of it.

        Raises Unreachable if no connection was made, UnknownOutcome if it broke later, TimedOut if no answer came,
        RateLimited for 429. Every other answer is returned, 5xx too.
        """
        self._refuse_strangers(url)
        if circuit is not None:
            if circuit.wait:
                raise Unreachable("the circuit is open", retry_after=circuit.wait)
            circuit.probe()
        try:
            async with self._open(method, url, headers=headers, read=read, json=json, data=body) as response:
                found = await _all_of(response, MOST_BYTES)
        except (Unreachable, TimedOut, UnknownOutcome):
            if circuit is not None:
                circuit.failed()
            raise
        answer = Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, found)
        if circuit is not None:
            circuit.failed() if answer.status >= 500 else circuit.succeeded()
        if answer.status == 429:
            raise RateLimited("429", retry_after=answer.retry_after)
        return answer

    @asynccontextmanager
    async def lines(
        self, url: str, *, headers: Mapping[str, str], silence: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The lines of an endless answer, until it ends or nothing came for `silence` seconds. Raises ProviderError."""
        self._refuse_strangers(url)
        async with self._open("GET", url, headers=headers, read=silence) as response:
            if response.status != 200:
                raise NotNow(f"stream answered {response.status}")
            yield response.content.__aiter__()

    async def download(self, url: str) -> bytes:
        """A result from an allowed host. Follows redirects on the same host only. Raises ProviderError."""
        for _ in range(_MOST_REDIRECTS + 1):
            self._refuse_strangers(url, results=True)
            async with self._open("GET", url, headers={}, read=READ) as response:
                if response.status in (301, 302, 303, 307, 308):
                    target = urljoin(url, response.headers.get("location", ""))
                    if _origin(target) != _origin(url):
                        raise NotAllowed("redirect to another host")
                    url = target
                    continue
                if response.status >= 500 or response.status == 429:
                    raise NotNow(f"download answered {response.status}")
                if response.status != 200:
                    raise ProviderError(f"download answered {response.status}")
                return await _all_of(response, MOST_BYTES)
        raise NotAllowed("too many redirects")

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _open(
        self, method: str, url: str, *, headers: Mapping[str, str], read: float, **body: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            hosts = {origin.partition("://")[2].rpartition(":")[0] for origin in self._configured}
            connector = aiohttp.TCPConnector(limit=0, resolver=_PublicOnly(hosts))
            self._session = aiohttp.ClientSession(connector=connector)
        timeout = aiohttp.ClientTimeout(total=None, connect=None, sock_connect=CONNECT, sock_read=read)
        try:
            async with self._session.request(
                method, url, headers=headers, timeout=timeout, allow_redirects=False, **body
            ) as response:
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreachable(type(error).__name__) from error
        except aiohttp.ServerTimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise UnknownOutcome(type(error).__name__) from error

    def _refuse_strangers(self, url: str, *, results: bool = False) -> None:
        """Raises NotAllowed unless the operator configured this origin, or results may come from this host."""
        if (origin := _origin(url)) in self._configured:
            return
        parts = urlsplit(url)
        if not results or origin != f"https://{parts.hostname}:443" or parts.hostname not in self._result_hosts:
            raise NotAllowed("host is not configured")
        if not _is_public(parts.hostname or ""):
            raise NotAllowed("private address")


class _PublicOnly(AbstractResolver):
    """Looks names up; private, loopback and link-local answers are refused unless the operator named that host."""

    def __init__(self, trusted: set[str]) -> None:
        self._inner = aiohttp.ThreadedResolver()
        self._trusted = trusted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host not in self._trusted and not all(_is_public(one["host"]) for one in found):
            raise OSError(f"{host} leads to a private address")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _origin(url: str) -> str:
    """Scheme, host and port. Raises NotAllowed for what is no http address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError) as error:
        raise NotAllowed("no http address") from error
    if parts.username or parts.password or not parts.hostname:
        raise NotAllowed("no plain address")
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _is_public(address: str) -> bool:
    """Whether a literal address is a public one; names are for the resolver."""
    try:
        return ip_address(address).is_global
    except ValueError:
        return True


async def _all_of(response: aiohttp.ClientResponse, most: int) -> bytes:
    if (response.content_length or 0) > most:
        raise TooMuch("announced")
    found = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        found += chunk
        if len(found) > most:
            raise TooMuch("while reading")
    return bytes(found)
