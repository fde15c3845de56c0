"""A visitor cannot choose the network that is counted."""

from __future__ import annotations

import pytest

from kaleipix_app.backend.abuse.network import Networks

PROXIES = Networks(["10.0.0.0/8", "2001:db8:f::1"])


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("127.0.0.1", "127.0.0.0/24"),
        (None, "unknown"),
        ("", "unknown"),
        ("/run/kaleipix.sock", "unknown"),
        ("fe80::1%eth0", "fe80::/56"),
        ("203.0.113", "unknown"),
        ("203.0.113.07", "unknown"),
        ("203.0.113.7\0", "unknown"),
        ("２０３.0.113.7", "unknown"),
    ],
)
def test_without_a_proxy_the_peer_counts_whatever_it_claims(peer: str | None, network: str) -> None:
    assert PROXIES.of(peer) == network
    assert PROXIES.of(peer, "198.51.100.9") == network


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "198.51.100.9", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "", "203.0.113.7/32"),
        ("2001:db8:1:2ff::7", "", "2001:db8:1:2ff::/64"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9", "198.51.100.9/32"),
        ("/run/kaleipix.sock", "198.51.100.9", ""),
        (None, "", ""),
    ],
)
def test_one_address_is_told_from_the_next(peer: str | None, forwarded: str, address: str) -> None:
    assert PROXIES.address(peer, forwarded) == address


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("198.51.100.9", "198.51.100.0/24"),
        ("198.51.100.9:4711", "198.51.100.0/24"),
        ("[2001:db8:1:2ff::7]:4711", "2001:db8:1:200::/56"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("1.1.1.1, 198.51.100.9", "198.51.100.0/24"),  # what the visitor wrote stands on the left
        ("1.1.1.1, 198.51.100.9, 10.0.0.5, 2001:db8:f::1", "198.51.100.0/24"),
        ("1.1.1.1, nonsense", "10.0.0.0/24"),
        ("", "10.0.0.0/24"),
        (" , ", "10.0.0.0/24"),
        ("10.0.3.4", "10.0.3.0/24"),
    ],
)
def test_a_trusted_proxy_tells_who_came_to_it(forwarded: str, network: str) -> None:
    assert PROXIES.of("10.0.0.1", forwarded) == network
