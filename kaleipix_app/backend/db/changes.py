"""Whether anything was written since one last looked: what was read before may then be used once more."""

from __future__ import annotations

import sqlite3
from urllib.parse import quote

from sqlalchemy.engine import make_url


class Changes:
    """SQLite counts what other connections commit, also those of other processes, and tells it in microseconds.

    https://sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
        self._file = address.database if is_file else None
        self._connection: sqlite3.Connection | None = None

    def mark(self) -> int | None:
        """The same as before: nothing was written in between. None: nobody knows, so read again."""
        if self._file is None:
            return None
        try:
            if self._connection is None:
                name = f"file:{quote(self._file)}?mode=ro"
                self._connection = sqlite3.connect(name, uri=True, timeout=0, check_same_thread=False)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
