"""The database and its transactions.

One request or job step is one `unit_of_work`; it commits at the edge, services only flush.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from kaleipix_app.backend import log
from kaleipix_app.backend.db import locks, sqlite
from kaleipix_app.backend.db.alone import alone
from kaleipix_app.backend.db.changes import Changes
from kaleipix_app.backend.errors import DatabaseFailed

_new_engine = partial(create_async_engine, hide_parameters=True)  # an error may be logged, what people typed may not
#: For a query in a short transaction that may look at very many rows all the same: `execution_options(**LONG)`.
LONG: Mapping[str, bool] = {"long": True}
_LAST_ONES = 2.0  # seconds
_FORGET_TRIES, _FORGET_WAIT = 3, 1000  # milliseconds for readers to end; writers wait meanwhile

_log = log.get("db")


@asynccontextmanager
async def _failures_told() -> AsyncIterator[None]:
    """What the driver says about disk, lock or connection, as a sentence for the person who waits."""
    try:
        yield
    except NoConnectionFree as error:
        _log.error("database_failed", reason="all connections are in use")
        raise DatabaseFailed from error
    except DBAPIError as error:
        is_state = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        if not is_state or getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            raise  # the statement is wrong (no such column, …): a bug, and no state of the disk
        _log.error("database_failed", reason=str(error.orig).partition("\n")[0])
        raise DatabaseFailed from error


def _postgresql_engine(url: str) -> AsyncEngine:
    from kaleipix_app.backend.db.postgresql import make_engine  # with its driver, which SQLite does without

    return make_engine(url)


class UnitOfWork:
    """One transaction: its session, and what to do once it is committed."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._after_commit: list[Callable[[], None]] = []
        self._after_rollback: list[Callable[[], None]] = []

    async def lock(self, user_id: str) -> None:
        """From here to the end of the transaction, nobody else changes what this person has.

        For every rule that looks first and writes then: credits, quotas, how many may wait, what is kept. Take it
        before the look and before any row is changed: two that lock in different orders wait for each other.
        """
        await locks.person(await self.session.connection(), user_id)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this once the transaction is safely written: doorbells, never rules."""
        self._after_commit.append(callback)

    def after_rollback(self, callback: Callable[[], None]) -> None:
        """Call this if the transaction comes to nothing: what was kept free for it is not needed."""
        self._after_rollback.append(callback)

    def committed(self) -> None:
        """Run what was waiting for the commit."""
        for callback in self._after_commit:
            callback()

    def undone(self) -> None:
        """Run what was to be done after a rollback."""
        for callback in self._after_rollback:
            callback()


class Database:
    """An async engine with the house's settings for SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = self._sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self.changes = Changes(url)
        # A reader sees one moment from its first query to its last. SQLite does that by itself.
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = self.engine.execution_options(**snapshot)
        # SQLite has one writer. Waiting here is fair and instant; waiting inside SQLite is a sleep loop.
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def unit_of_work(self, *, short: bool = False) -> AsyncIterator[UnitOfWork]:
        """A transaction that may write. Commits at the end, rolls back if anything is raised. Raises DatabaseFailed.

        PostgreSQL has many writers at once: a rule that looks first and writes then takes `UnitOfWork.lock`.
        `short` promises queries about a few rows that an index finds: SQLite answers them without a thread.
        """
        async with self._writer, _failures_told(), AsyncSession(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                await session.connection(execution_options={"sqlite_begin": "IMMEDIATE", "short": short})
            work = UnitOfWork(session)
            try:
                yield work
                await session.commit()
            except BaseException:
                try:
                    await session.rollback()
                finally:
                    work.undone()
                raise
            work.committed()

    @asynccontextmanager
    async def reading(self, *, short: bool = False) -> AsyncIterator[UnitOfWork]:
        """A transaction that only reads: never waits for a writer, never commits. Raises DatabaseFailed.

        `short` as in `unit_of_work`.
        """
        async with _failures_told(), AsyncSession(self._readers, expire_on_commit=False) as session:
            if short and self.is_sqlite:
                await session.connection(execution_options={"short": True})
            yield UnitOfWork(session)

    def alone(self, name: str) -> AbstractAsyncContextManager[bool]:
        """For work of this name that no two processes may do at once; gives False while another one is at it."""
        return alone(self.engine, name)

    async def forget(self) -> bool:
        """After a deletion: no file of the database holds the old text any more. Says so in the log if that failed.

        SQLite overwrites what is deleted in its main file (`secure_delete`), but older pages stay in the WAL file until
        it is emptied, which no reader may be in the way of. PostgreSQL does this by itself, in its own time.
        """
        if not self.is_sqlite:
            return True
        for _ in range(_FORGET_TRIES):
            async with self._writer, _failures_told(), self.engine.connect() as connection:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                await raw.execute(f"PRAGMA busy_timeout={_FORGET_WAIT}")
                busy = (await (await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone())[0]
                await raw.execute(f"PRAGMA {sqlite.PRAGMAS[0]}")
            if not busy:
                return True
        _log.error("deleted_text_may_remain", file="write-ahead log", until="the next cleanup can empty it")
        return False

    async def close(self) -> None:
        """Give all connections back; what was cut off is given a moment to end by itself."""
        self.changes.close()
        pool, give_up = self.engine.pool, time.monotonic() + _LAST_ONES
        while isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedout() and time.monotonic() < give_up:  # noqa: ASYNC110  the pool tells nobody
            await asyncio.sleep(0.01)
        await self.engine.dispose()

    @staticmethod
    def _sqlite_engine(url: str) -> AsyncEngine:
        database = make_url(url).database
        if database:
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        engine = _new_engine(url, pool_size=8, max_overflow=8, connect_args={"async_creator_fn": sqlite.connect})

        @event.listens_for(engine.sync_engine, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is explicit
            cursor = connection.cursor()
            for pragma in sqlite.PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begun(connection: Any) -> None:
            # A writer takes its lock first: an upgrade from a read lock would fail, not wait.
            options, driven = connection.get_execution_options(), connection.connection.driver_connection
            mode, is_short = options.get("sqlite_begin", ""), bool(options.get("short"))
            if not mode:
                driven.begin()
            elif not (is_short and driven.begun_at_once(f"BEGIN {mode}")):
                connection.exec_driver_sql(f"BEGIN {mode}")
            driven.is_short = is_short

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def asked(_connection: Any, cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
            if context is not None and context.execution_options.get("long"):
                cursor._cursor.is_long = True

        return engine
