"""Plans as data."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Plan:
    """What a month on this plan gives."""

    key: str
    name: str
    monthly_credits: int


FREE = Plan("free", "Free", monthly_credits=40)
PLANS: MappingProxyType[str, Plan] = MappingProxyType({FREE.key: FREE})
