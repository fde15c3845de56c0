"""Where the machines of remote providers are: what a person is told before the first picture goes there."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Place:
    """A provider's name, company and country, and what it gets."""

    name: str
    company: str
    country: str
    kept: str  # how long it keeps what it gets, as far as we can tell it to


PLACES: MappingProxyType[str, Place] = MappingProxyType(
    {
        "fal": Place(
            "fal.ai",
            "Features & Labels, Inc.",
            "United States",
            "Pictures that are sent there are set to expire after one hour.",
        ),
        "runpod": Place(
            "RunPod",
            "RunPod, Inc.",
            "United States",
            "It forgets what was sent and made half an hour after it is finished.",
        ),
    }
)
