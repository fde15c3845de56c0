"""How SQLite is spoken to. A connection works in a thread of its own, and the way there and back is what takes time.

The driver goes there for every step: to begin, to make a cursor, to execute, to fetch, to close. Here one query is one
way, and a transaction that reads begins on the way of its first query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite

_AT_ONCE = 256  # rows that come with the answer; what is longer stays there until it is asked for


async def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Open a file."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=_AT_ONCE)
    connection._thread.daemon = True  # a process that ends does not wait for it
    return await connection


class _Connection(aiosqlite.Connection):
    _is_begun: bool = False  # and SQLite does not know of it yet

    def cursor(self) -> Any:
        return _Cursor(self)

    def begin(self) -> None:
        """A transaction that reads. SQLite takes no lock before its first statement anyway."""
        self._is_begun = True

    async def commit(self) -> None:
        if not self._taken():
            await super().commit()

    async def rollback(self) -> None:
        if not self._taken():
            await super().rollback()

    async def there(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call it in the thread of this connection."""
        return await self._execute(function, *args)  # type: ignore[no-untyped-call]

    def _taken(self) -> bool:
        is_begun, self._is_begun = self._is_begun, False
        return is_begun


class _Cursor:
    """Begins, executes, fetches and closes on one way; more is done only for what is long."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None  # which has more rows
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.arraysize = -1, 1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.there(self._run, self._connection._taken(), sqlite3.Cursor.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> None:
        await self._connection.there(self._run, self._connection._taken(), sqlite3.Cursor.executemany, sql, parameters)

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        most = size or self.arraysize
        if self._open and len(self._rows) < most:
            self._rows += await self._connection.there(self._open.fetchmany, most - len(self._rows))
        found, self._rows = self._rows[:most], self._rows[most:]
        return found

    async def fetchall(self) -> list[Any]:
        if self._open:
            self._rows += await self._connection.there(self._open.fetchall)
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        if self._open:
            await self._connection.there(self._open.close)
            self._open = None

    def _run(self, begins: bool, how: Callable[..., Any], sql: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection._conn.cursor()
        try:
            if begins:
                cursor.execute("BEGIN")
            how(cursor, sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchmany(_AT_ONCE) if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
            self._open = cursor if len(self._rows) == _AT_ONCE else None
        finally:
            if self._open is None:
                cursor.close()
