"""Whether there is nothing to migrate, seen without what migrations need: loading that takes a sixth of a start."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_SQLITE = "sqlite+aiosqlite:///"


def is_newest(url: str) -> bool:
    """Whether it is a SQLite file at this version's revision. False also where that cannot be told so easily."""
    if not url.startswith(_SQLITE):
        return False
    newest = max(file.name for file in _VERSIONS.glob("[0-9]*_*.py")).partition("_")[0]
    try:
        with closing(sqlite3.connect(f"file:{quote(url.removeprefix(_SQLITE))}?mode=ro", uri=True)) as database:
            return database.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest,)]
    except sqlite3.Error:
        return False
