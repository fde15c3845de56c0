"""A short transaction runs on the event loop, and what may take long in it does not."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from kaleipix_app.backend.db.engine import LONG, Database, UnitOfWork
from tests.conftest import only_sqlite

pytestmark = only_sqlite


async def _learns(uow: UnitOfWork, name: str, function: Callable[[], object]) -> None:
    """This connection has a function of ours from now on."""
    raw = (await (await uow.session.connection()).get_raw_connection()).driver_connection
    raw._conn.create_function(name, 0, function)  # type: ignore[union-attr]


async def _value(uow: UnitOfWork, sql: str, **options: bool) -> object:
    return (await (await uow.session.connection()).execute(text(sql).execution_options(**options))).scalar_one()


async def test_only_what_is_long_goes_to_a_thread(db: Database) -> None:
    here = threading.get_ident()
    for open_one in (db.unit_of_work, db.reading):
        async with open_one(short=True) as uow:
            await _learns(uow, "place", threading.get_ident)
            assert await _value(uow, "SELECT place()") == here
            assert await _value(uow, "SELECT place()", **LONG) != here
            assert await _value(uow, "SELECT place()") == here
        async with open_one() as uow:
            await _learns(uow, "place", threading.get_ident)
            assert await _value(uow, "SELECT place()") != here


async def test_it_is_written_or_it_comes_to_nothing(db: Database) -> None:
    told: list[str] = []
    async with db.unit_of_work(short=True) as uow:
        await (await uow.session.connection()).execute(text("CREATE TABLE note (n INTEGER)"))
        uow.after_commit(lambda: told.append("written"))
        uow.after_rollback(lambda: told.append("never"))
    with pytest.raises(ZeroDivisionError):
        await _fail(db, told)
    assert told == ["written", "undone"]
    async with db.reading() as uow:
        assert await _value(uow, "SELECT count(*) FROM note") == 0


async def _fail(db: Database, told: list[str]) -> None:
    async with db.unit_of_work(short=True) as uow:
        await (await uow.session.connection()).execute(text("INSERT INTO note VALUES (1)"))
        uow.after_commit(lambda: told.append("never"))
        uow.after_rollback(lambda: told.append("undone"))
        raise ZeroDivisionError


async def test_while_another_process_writes_it_waits(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await (await uow.session.connection()).execute(text("CREATE TABLE note (n INTEGER)"))
    other = sqlite3.connect(make_url(db.url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = asyncio.Event()

    async def write() -> None:
        async with db.unit_of_work(short=True) as uow:
            begun.set()
            await (await uow.session.connection()).execute(text("INSERT INTO note VALUES (1)"))

    writing = asyncio.create_task(write())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not begun.is_set()
    other.execute("COMMIT")
    async with asyncio.timeout(20):
        await writing
    other.close()
    async with db.reading() as uow:
        assert await _value(uow, "SELECT count(*) FROM note") == 1


async def test_cut_off_in_a_long_query_the_connection_is_as_before(db: Database) -> None:
    asked, go = threading.Event(), threading.Event()
    let_go: list[bool] = []

    def hang() -> int:
        asked.set()
        let_go.append(go.wait(5))
        return 1

    async def look() -> None:
        async with db.unit_of_work(short=True) as uow:
            await _learns(uow, "hang", hang)
            await _value(uow, "SELECT hang()", **LONG)

    looking = asyncio.create_task(look())
    async with asyncio.timeout(20):
        while not asked.is_set():
            await asyncio.sleep(0)
    looking.cancel()
    for _ in range(20):
        await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert let_go == [True], "nobody waited for it on the event loop"
    async with db.unit_of_work(short=True) as uow:
        assert await _value(uow, "SELECT 1") == 1


async def test_what_a_thread_has_yet_to_end_is_not_in_the_way(db: Database) -> None:
    go = threading.Event()
    async with db.reading() as uow:
        await _value(uow, "SELECT 1")
        raw = (await (await uow.session.connection()).get_raw_connection()).driver_connection
        raw._tx.put_nowait((None, lambda: go.wait(5)))  # type: ignore[union-attr]  # a busy thread

    async def look() -> object:
        async with db.reading(short=True) as uow:
            return await _value(uow, "SELECT 2")

    looking = asyncio.create_task(look())
    for _ in range(50):
        await asyncio.sleep(0)
    go.set()
    assert await looking == 2
