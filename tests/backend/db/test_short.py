"""A short transaction runs on the event loop, and what may take long in it does not."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

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


_HOLDING = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("holds", flush=True)
sys.stdin.readline()
other.execute("INSERT INTO note VALUES (100)")
other.execute("COMMIT")
"""


@asynccontextmanager
async def another_process_writing(db: Database) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """It holds the lock of the writer until it is told to go on."""
    file = make_url(db.url).database or ""
    held = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLDING, file, stdin=PIPE, stdout=PIPE)
    assert held.stdin is not None
    assert held.stdout is not None
    assert await held.stdout.readline() == b"holds\n"

    async def go_on() -> None:
        await held.communicate(b"\n")

    yield go_on
    await go_on()
    assert held.returncode == 0


async def _note(db: Database, n: int, *, short: bool) -> None:
    async with db.unit_of_work(short=short) as uow:
        await (await uow.session.connection()).execute(text(f"INSERT INTO note VALUES ({n})"))


@pytest.fixture
async def noted(db: Database) -> Database:
    async with db.unit_of_work() as uow:
        await (await uow.session.connection()).execute(text("CREATE TABLE note (n INTEGER)"))
    return db


@pytest.mark.parametrize("short", [True, False])
async def test_while_another_process_writes_it_waits_and_nobody_else_does(noted: Database, short: bool) -> None:
    async with another_process_writing(noted) as go_on:
        writing = [asyncio.create_task(_note(noted, n, short=short)) for n in range(3)]
        longest = 0.0
        for number in range(200):
            began = time.monotonic()
            async with noted.reading(short=bool(number % 2)) as uow:
                assert await _value(uow, "SELECT count(*) FROM note") == 0
            longest = max(longest, time.monotonic() - began)
        assert not any(task.done() for task in writing)
        assert longest < 1, "whoever asks for the lock on the event loop waits ten seconds there"
        await go_on()
        async with asyncio.timeout(20):
            await asyncio.gather(*writing)
    async with noted.reading() as uow:
        assert await _value(uow, "SELECT count(*) FROM note") == 4


@pytest.mark.parametrize("short", [True, False])
async def test_cut_off_while_another_process_writes_it_leaves_no_lock_behind(noted: Database, short: bool) -> None:
    async with another_process_writing(noted) as go_on:
        writing = asyncio.create_task(_note(noted, 1, short=short))
        async with noted.reading() as uow:  # until it is under way
            await _value(uow, "SELECT 1")
        writing.cancel()
        await go_on()
        with pytest.raises(asyncio.CancelledError):
            await writing
    async with asyncio.timeout(5):
        await _note(noted, 2, short=short)
    with closing(sqlite3.connect(make_url(noted.url).database or "", timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [n for (n,) in other.execute("SELECT n FROM note ORDER BY n")] == [2, 100]


async def test_cut_off_while_it_is_written_it_is_there_and_leaves_no_lock_behind(noted: Database) -> None:
    """The commit cannot be called back from its thread, and whoever comes next waits for it."""
    go = threading.Event()
    writing = asyncio.create_task(_write_behind(noted, go))
    for _ in range(50):
        await asyncio.sleep(0)
    writing.cancel()
    for _ in range(50):
        await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with asyncio.timeout(5):
        await _note(noted, 2, short=True)
    async with noted.reading() as uow:
        assert await _value(uow, "SELECT count(*) FROM note") == 2


async def _write_behind(db: Database, go: threading.Event) -> None:
    """A transaction whose thread is still busy when it is to be committed."""
    async with db.unit_of_work(short=True) as uow:
        connection = await uow.session.connection()
        await connection.execute(text("INSERT INTO note VALUES (1)"))
        raw: Any = (await connection.get_raw_connection()).driver_connection
        raw._tx.put_nowait((None, lambda: go.wait(5)))


@pytest.mark.parametrize("is_long", [True, False])
async def test_what_is_left_of_an_answer_comes_from_where_the_rest_came_from(db: Database, is_long: bool) -> None:
    here, seen = threading.get_ident(), set[object]()
    async with db.reading(short=True) as uow:
        await _learns(uow, "place", threading.get_ident)
        numbers = (
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT place() FROM n"
        )
        options = LONG if is_long else {}
        found = await (await uow.session.connection()).execute(text(numbers).execution_options(**options))
        seen.update(found.scalars())
    assert (here in seen, len(seen)) == (not is_long, 1)


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
