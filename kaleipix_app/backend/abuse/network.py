"""Which network a request comes from.

Addresses are 4 or 16 bytes here, as the C library reads and writes them: objects of `ipaddress` take four times as
long, and this is done for every page of a link.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_network

_PREFIXES = {4: 24, 16: 56}  # what one household or office usually holds, by bytes of an address
_ONE = {4: 32, 16: 64}  # a device changes its address within a /64 every day
_UNKNOWN = "unknown"  # a Unix socket, or a server that does not tell: all of those share one limit
_MAPPED = bytes(10) + b"\xff\xff"  # a dual-stack socket shows IPv4 peers as ::ffff:1.2.3.4
_LOOPBACK = bytes(15) + b"\x01"


class Networks:
    """Reads addresses; believes `X-Forwarded-For` only from the operator's own proxies."""

    def __init__(self, trusted: Iterable[str]) -> None:
        networks = [ip_network(network, strict=False) for network in trusted]
        self._trusted = [(one.max_prefixlen // 8, int(one.netmask), int(one.network_address)) for one in networks]

    def of(self, peer: str | None, forwarded: str = "") -> str:
        """The /24 (IPv4) or /56 (IPv6) of the client. `forwarded` is the whole X-Forwarded-For header."""
        client = self._client(peer, forwarded)
        return _within(client, _PREFIXES) if client is not None else _UNKNOWN

    def address(self, peer: str | None, forwarded: str = "") -> str:
        """The client's address (IPv4) or its /64 (IPv6); empty if nobody can tell."""
        client = self._client(peer, forwarded)
        return _within(client, _ONE) if client is not None else ""

    def _client(self, peer: str | None, forwarded: str) -> bytes | None:
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
        return address is not None and (_is_loopback(address) or self._is_trusted(address))

    def _is_trusted(self, address: bytes) -> bool:
        number = int.from_bytes(address, "big")
        return any(len(address) == length and number & mask == network for length, mask, network in self._trusted)


def _is_loopback(address: bytes) -> bool:
    return address[0] == 127 if len(address) == 4 else address == _LOOPBACK


def _within(address: bytes, prefixes: dict[int, int]) -> str:
    length, prefix = len(address), prefixes[len(address)]
    rest = 8 * length - prefix
    first = int.from_bytes(address, "big") >> rest << rest
    family = socket.AF_INET if length == 4 else socket.AF_INET6
    return f"{socket.inet_ntop(family, first.to_bytes(length, 'big'))}/{prefix}"


def _address(text: str) -> bytes | None:
    """The address in `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        if ":" not in text:
            return socket.inet_pton(socket.AF_INET, text)
        address = socket.inet_pton(socket.AF_INET6, text.partition("%")[0])
    except (OSError, ValueError):  # ValueError: a null character in it
        return None
    return address[12:] if address.startswith(_MAPPED) else address
