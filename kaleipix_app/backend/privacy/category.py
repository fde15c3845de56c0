"""What the data map is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kaleipix_app.backend.periods import Period


class Goes(StrEnum):
    """When the rows of a table go, if their person deletes the account."""

    AT_ONCE = "at once"
    WITH_ACCOUNT = "with the account"
    UNLINKED = "nobody's with the account, and on its day"
    ON_ITS_DAY = "on its day"  # the deletion changes nothing: log and books


@dataclass(frozen=True)
class Owned:
    """How a person's rows are found in a table, and when they go.

    `column` holds what the column `by` of the user table says. For a table without such a column, `via` names the
    table whose rows it belongs to, by that one's `id`.
    """

    column: str
    goes: Goes
    by: str = "id"
    via: str = ""
    secret: tuple[str, ...] = ()  # hashes of secrets: of no use to their person, so not in the export


@dataclass(frozen=True)
class Held:
    """Columns of one table."""

    table: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, table: str, columns: str) -> Held:
        """`columns`: names with spaces between them."""
        return cls(table, tuple(columns.split()))


@dataclass(frozen=True)
class Cookie:
    """A cookie as the code sets it (on https with `prefix` before its name)."""

    name: str
    purpose: str
    lasts: str
    prefix: str = "__Host-"


@dataclass(frozen=True)
class BrowserKey:
    """Something that is kept in the browser alone."""

    name: str
    store: str  # localStorage | sessionStorage
    purpose: str
    lasts: str


@dataclass(frozen=True)
class Category:
    """One kind of personal data: a line of the published policy, and what the code does with it."""

    key: str
    group: str
    title: str
    purpose: str
    basis: str
    kept: str  # in the policy's words
    period: Period | None = None  # what the cleanup follows, where there is one
    detail: str = ""  # what a reader has to know besides
    tables: tuple[Held, ...] = ()
    files: tuple[str, ...] = ()  # patterns below the data directory
    cookies: tuple[Cookie, ...] = ()
    browser: tuple[BrowserKey, ...] = ()
    processors: tuple[str, ...] = ()  # keys in processors.py
    exported: str = ""  # how its person gets it
    erased: str = ""  # how it goes
    only: tuple[str, str] | None = None  # of the first table just the rows with this value, when they are counted
    filled: str = ""  # of the first table just the rows in which this column says something
    dated: str = ""  # its column from which `period` runs
    needs: str = ""  # a processor without which nothing of this is collected
