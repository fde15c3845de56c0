"""How SQLite is spoken to. A connection works in a thread of its own, and the way there and back is what takes time.

The driver goes there for every step: to begin, to make a cursor, to execute, to fetch, to close. Here one query is one
way, and a transaction that reads begins on the way of its first query.

A transaction that promises to be short does not go there at all: looking at a few rows takes less than the way, and
far less when the cores are busy. Only its commit does, which waits for the disk, and a query marked as `LONG`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite

PRAGMAS = (
    "busy_timeout=10000",  # first: switching the journal takes a lock
    "journal_mode=WAL",
    "synchronous=FULL",  # what was confirmed survives a power cut
    "secure_delete=ON",  # deleted rows are overwritten
    "foreign_keys=ON",
)
_AT_ONCE = 256  # rows that come with the answer; what is longer stays there until it is asked for


async def connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Open a file. Raises sqlite3.Error, and leaves no thread behind that speaks to a loop which is closed by then."""
    connection = _Connection(lambda: sqlite3.connect(database, **options), iter_chunk_size=_AT_ONCE)
    connection._thread.daemon = True  # a process that ends does not wait for it
    try:
        return await connection
    except BaseException:
        if connection.ended is not None:
            await connection.ended
        raise


class _Connection(aiosqlite.Connection):
    _begins: bool = False  # with the next statement
    _is_asked: bool = False  # since the last transaction ended: there is something to end
    is_short: bool = False  # this transaction; its thread rests meanwhile
    ended: asyncio.Future[Any] | None = None  # its thread has nothing more to say

    def stop(self) -> asyncio.Future[Any] | None:
        self.ended = super().stop()
        return self.ended

    def cursor(self) -> Any:
        return _Cursor(self)

    def begin(self) -> None:
        """A transaction that reads. SQLite takes no lock before its first statement anyway."""
        self._begins = True

    def begun_at_once(self, sql: str) -> bool:
        """A transaction that writes has begun; False while another process writes: that is waited for in the thread."""
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute(sql)
        except sqlite3.OperationalError:
            return False
        finally:
            self._conn.execute(f"PRAGMA {PRAGMAS[0]}")
        self._is_asked = True
        return True

    async def commit(self) -> None:
        self._begins = self.is_short = False
        if self._is_asked:
            await super().commit()
            self._is_asked = False

    async def rollback(self) -> None:
        """Once: on its way back to the pool a connection is asked for it again."""
        is_short = self.is_short
        self._begins = self.is_short = False
        if self._is_asked and is_short:
            self._conn.rollback()
        elif self._is_asked:
            await super().rollback()
        self._is_asked = False

    async def ask(self, function: Callable[..., None], *args: Any, is_long: bool) -> None:
        """Call it in the thread of this connection, with whether to begin before."""
        begins, self._begins, self._is_asked = self._begins, False, True
        await self.there(function, begins, *args, is_long=is_long)

    async def there(self, function: Callable[..., Any], *args: Any, is_long: bool = False) -> Any:
        """Call it in the thread of this connection, or here if that is promised to be short."""
        if self.is_short and not is_long:
            return function(*args)
        return await self._execute(function, *args)  # type: ignore[no-untyped-call]  # aiosqlite's own way in has no types


class _Cursor:
    """Begins, executes, fetches and closes on one way; more is done only for what is long."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None  # which has more rows
        self._rows: list[Any] = []
        self.description: Any = None
        self.arraysize, self._rowcount = 1, -1
        self.lastrowid: int | None = None
        self.is_long = False

    @property
    def rowcount(self) -> int:
        """How many rows were changed: of a change that tells what it changed it is known once all of that was read."""
        return self._open.rowcount if self._open else self._rowcount

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.ask(self._run, sqlite3.Cursor.execute, sql, parameters, is_long=self.is_long)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> None:
        await self._connection.ask(self._run, sqlite3.Cursor.executemany, sql, parameters, is_long=self.is_long)

    async def fetchone(self) -> Any:
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        most = size or self.arraysize
        if self._open and len(self._rows) < most:
            self._rows += await self._there(self._open.fetchmany, most - len(self._rows))
        found, self._rows = self._rows[:most], self._rows[most:]
        return found

    async def fetchall(self) -> list[Any]:
        if self._open:
            self._rows += await self._there(self._open.fetchall)
        found, self._rows = self._rows, []
        return found

    async def close(self) -> None:
        if self._open:
            self._rowcount = self.rowcount
            await self._there(self._open.close)
            self._open = None

    async def _there(self, function: Callable[..., Any], *args: Any) -> Any:
        return await self._connection.there(function, *args, is_long=self.is_long)

    def _run(self, begins: bool, how: Callable[..., Any], sql: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection._conn.cursor()
        try:
            if begins:
                cursor.execute("BEGIN")
            how(cursor, sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchmany(_AT_ONCE) if cursor.description else []
            self._rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
            self._open = cursor if len(self._rows) == _AT_ONCE else None
        finally:
            if self._open is None:
                cursor.close()
