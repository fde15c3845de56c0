"""What a person asks the library for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kaleipix_app.backend import tokens

LONGEST_TEXT = 200
KINDS = ("result", "source")


@dataclass(frozen=True)
class Filter:
    """Everything that is set has to hold. Comes from an address: what makes no sense finds nothing."""

    text: str = ""  # words of the prompt
    model: str = ""
    provider: str = ""
    kind: str = ""  # result | source
    favourites: bool = False
    collection: str = ""
    since: date | None = None  # the first day, in `zone`
    until: date | None = None  # the last day
    zone: str = "UTC"
    oldest_first: bool = False

    @property
    def is_about_generations(self) -> bool:
        """Whether it asks for something that only results have."""
        return bool(self.text or self.model or self.provider)

    @property
    def first_id(self) -> str:
        """No picture of these days has a smaller id; empty if any may."""
        return tokens.first_id(self._midnight(self.since)) if self.since else ""

    @property
    def end_id(self) -> str:
        """Every picture of these days has a smaller id; empty if any may."""
        return tokens.first_id(self._midnight(self.until + timedelta(days=1))) if self.until else ""

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), zone_named(self.zone))


@dataclass(frozen=True)
class Selection:
    """Chosen pictures: these; or all that a filter finds except these."""

    ids: frozenset[str] = field(default_factory=frozenset)
    all_of: Filter | None = None


def zone_named(name: str) -> tzinfo:
    """The time zone of a browser; UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
