"""Which network a request comes from."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network

_PREFIXES = {4: 24, 6: 56}  # what one household or office usually holds
_ONE = {4: 32, 6: 64}  # a device changes its address within a /64 every day
_UNKNOWN = "unknown"  # a Unix socket, or a server that does not tell: all of those share one limit


class Networks:
    """Reads addresses; believes `X-Forwarded-For` only from the operator's own proxies."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted = [ip_network(network, strict=False) for network in trusted]

    def of(self, peer: str | None, forwarded: str = "") -> str:
        """The /24 (IPv4) or /56 (IPv6) of the client. `forwarded` is the whole X-Forwarded-For header."""
        client = self._client(peer, forwarded)
        return _within(client, _PREFIXES) if client is not None else _UNKNOWN

    def address(self, peer: str | None, forwarded: str = "") -> str:
        """The client's address (IPv4) or its /64 (IPv6); empty if nobody can tell."""
        client = self._client(peer, forwarded)
        return _within(client, _ONE) if client is not None else ""

    def _client(self, peer: str | None, forwarded: str) -> IPv4Address | IPv6Address | None:
        """Read from the right: each proxy appends whom it saw, so everything left of the first stranger is hearsay."""
        client = _address(peer or "")
        hops = [hop for hop in forwarded.split(",") if hop.strip()]
        while client is not None and hops and self._is_trusted(client):
            nearer = _address(hops.pop())
            if nearer is None:
                break
            client = nearer
        return client

    def is_near(self, peer: str) -> bool:
        """Whether this very peer is this machine or one of the operator's proxies."""
        address = _address(peer)
        return address is not None and (address.is_loopback or self._is_trusted(address))

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def _within(client: IPv4Address | IPv6Address, prefixes: dict[int, int]) -> str:
    """Like `str(ip_network(…))`, which takes ten times as long: this is done for every page."""
    prefix, length = prefixes[client.version], client.max_prefixlen
    first = int(client) >> (length - prefix) << (length - prefix)
    return f"{IPv4Address(first) if client.version == 4 else IPv6Address(first)}/{prefix}"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:  # read by the C library: `ip_address` takes four times as long, and this is done for every page
        if ":" not in text:
            return IPv4Address(socket.inet_pton(socket.AF_INET, text))
        address = IPv6Address(socket.inet_pton(socket.AF_INET6, text.partition("%")[0]))
    except (OSError, ValueError):  # ValueError: a null character in it
        return None
    return address.ipv4_mapped or address  # a dual-stack socket shows IPv4 peers as ::ffff:1.2.3.4
