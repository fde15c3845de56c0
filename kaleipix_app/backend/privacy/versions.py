"""Which versions of a text there are, and where each of them stands at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col, select

from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.privacy.models import PolicyVersion

POLICY = "privacy"  # the document that operators publish and people are told of


class Stands(StrEnum):
    """Where a version stands."""

    PRESENT = "present"
    COMING = "coming"
    EARLIER = "earlier"
    REPLACED = "replaced"  # before its day came


@dataclass(frozen=True)
class Edition:
    """A version without its text."""

    id: str
    number: int
    effective_at: datetime
    published_at: datetime
    words_of: int
    significant: bool

    @property
    def day(self) -> str:
        """Its date, for people."""
        return f"{self.effective_at.day} {self.effective_at:%B %Y}"

    @property
    def _rank(self) -> tuple[int, int]:
        return (self.words_of, self.number)


async def editions(uow: UnitOfWork, document: str) -> list[Edition]:
    """All there are, the latest published first."""
    table: Any = PolicyVersion
    found = await uow.session.exec(
        select(*(getattr(table, one.name) for one in fields(Edition)))
        .where(PolicyVersion.document == document)
        .order_by(col(PolicyVersion.number).desc())
    )
    return [Edition(*row) for row in found.all()]


async def newest_significant(uow: UnitOfWork) -> Edition | None:
    """The last version that people have to be told of."""
    return next((one for one in await editions(uow, POLICY) if one.significant), None)


def present(every: Sequence[Edition], now: datetime) -> Edition | None:
    """What holds at this moment.

    The operator's latest words whose day has come; among versions with the same words (settings change) the latest.
    So a version that was made meanwhile never hides one that was announced for a later day.
    """
    here = [one for one in every if one.effective_at <= now]
    return max(here, key=lambda one: one._rank, default=None)


def coming(every: Sequence[Edition], now: datetime) -> list[Edition]:
    """What will hold, the nearest first: only what no later publication has put aside."""
    later = [one for one in every if one.effective_at > now and not _put_aside(one, every)]
    return sorted(later, key=lambda one: one.effective_at)


def before(every: Sequence[Edition], one: Edition) -> Edition | None:
    """What held when this one was published: what its readers knew."""
    return present([other for other in every if other.number < one.number], one.published_at)


def stands(every: Sequence[Edition], one: Edition, now: datetime) -> Stands:
    """Where it stands at this moment."""
    if _put_aside(one, every):
        return Stands.REPLACED
    if one.effective_at > now:
        return Stands.COMING
    return Stands.PRESENT if one == present(every, now) else Stands.EARLIER


def _put_aside(one: Edition, every: Sequence[Edition]) -> bool:
    """Something published before its day, with later words, holds from the same day or an earlier one."""
    return any(
        other.words_of > one.words_of
        and other.published_at < one.effective_at
        and other.effective_at <= one.effective_at
        for other in every
    )
