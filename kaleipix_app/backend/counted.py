"""How a number of things is told: one way everywhere, so that 12,000 reads the same wherever it stands."""

from __future__ import annotations


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 credit`, `12,000 credits`; with `nouns` where an s is not enough."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"
