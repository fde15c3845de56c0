"""A unit of work is one transaction: all of it or nothing, one writer at a time, readers never wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kaleipix_app.backend.db.engine import Database, UnitOfWork
from tests.conftest import DATABASES, only_sqlite
from tests.postgres import PostgresServer


@pytest.fixture(params=DATABASES)
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new' / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    database = Database(db_url)
    async with database.unit_of_work() as uow:
        await _run(uow, "CREATE TABLE note (n INTEGER PRIMARY KEY, parent INTEGER REFERENCES note (n))")
    yield database
    await database.close()


async def _run(uow: UnitOfWork, sql: str) -> None:
    await (await uow.session.connection()).execute(text(sql))


async def _value(uow: UnitOfWork, sql: str) -> object:
    return (await (await uow.session.connection()).execute(text(sql))).scalar_one()


async def _count(db: Database) -> object:
    async with db.reading() as uow:
        return await _value(uow, "SELECT count(*) FROM note")


async def test_it_commits_at_the_end(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await _run(uow, "INSERT INTO note (n) VALUES (1)")
        assert await _count(db) == 0
    assert await _count(db) == 1


async def test_it_rolls_back_whatever_was_raised(db: Database) -> None:
    async def failing(error: type[BaseException]) -> None:
        async with db.unit_of_work() as uow:
            await _run(uow, "INSERT INTO note (n) VALUES (1)")
            raise error

    for error in (RuntimeError, asyncio.CancelledError):
        with pytest.raises(error):
            await failing(error)
    assert await _count(db) == 0
    async with db.unit_of_work() as uow:  # and the writer's place is free again
        await _run(uow, "INSERT INTO note (n) VALUES (1)")


async def test_doorbells_ring_after_the_commit_and_only_then(db: Database) -> None:
    rung: list[str] = []

    async def failing() -> None:
        async with db.unit_of_work() as uow:
            uow.after_commit(lambda: rung.append("never"))
            raise RuntimeError

    async with db.unit_of_work() as uow:
        uow.after_commit(lambda: rung.append("first"))
        uow.after_commit(lambda: rung.append("second"))
        assert rung == []
    assert rung == ["first", "second"]
    with pytest.raises(RuntimeError):
        await failing()
    assert rung == ["first", "second"]


async def test_a_second_writer_for_one_person_waits_for_the_first(db: Database) -> None:
    order: list[str] = []
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with db.unit_of_work() as uow:
            await uow.lock("ann")
            await _run(uow, "INSERT INTO note (n) VALUES (1)")
            inside.set()
            await go_on.wait()
            order.append("first")

    async def second() -> None:
        async with db.unit_of_work() as uow:
            await uow.lock("ann")
            order.append(f"second sees {await _value(uow, 'SELECT count(*) FROM note')}")

    writing = asyncio.create_task(first())
    await inside.wait()
    waiting = asyncio.create_task(second())
    await asyncio.sleep(0.05)
    assert order == []
    go_on.set()
    await asyncio.gather(writing, waiting)
    assert order == ["first", "second sees 1"]


async def test_parallel_writers_lose_nothing(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await _run(uow, "INSERT INTO note (n, parent) VALUES (1, NULL)")

    async def add(n: int) -> None:
        async with db.unit_of_work() as uow:
            await uow.lock("ann")
            top = await _value(uow, "SELECT max(n) FROM note")
            await asyncio.sleep(0)
            await _run(uow, f"INSERT INTO note (n) VALUES ({top} + 1)")

    await asyncio.gather(*(add(n) for n in range(20)))
    assert await _count(db) == 21


async def test_a_reader_does_not_wait_for_a_writer(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await _run(uow, "INSERT INTO note (n) VALUES (1)")
        assert await asyncio.wait_for(_count(db), timeout=1) == 0


async def test_a_reader_writes_nothing(db: Database) -> None:
    async with db.reading() as uow:
        with suppress(DBAPIError):  # PostgreSQL refuses, SQLite forgets
            await _run(uow, "INSERT INTO note (n) VALUES (1)")
    assert await _count(db) == 0


async def test_a_reader_sees_one_moment(db: Database) -> None:
    async with db.reading() as reader:
        before = await _value(reader, "SELECT count(*) FROM note")
        async with db.unit_of_work() as uow:
            await _run(uow, "INSERT INTO note (n) VALUES (1)")
        assert await _value(reader, "SELECT count(*) FROM note") == before
    assert await _count(db) == 1


@only_sqlite
async def test_sqlite_is_set_to_keep_and_to_forget(db: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    async with db.reading() as uow:
        assert {name: await _value(uow, f"PRAGMA {name}") for name in wanted} == wanted


async def test_an_error_does_not_quote_what_was_to_be_written(db: Database) -> None:
    with pytest.raises(SQLAlchemyError) as refused:
        async with db.unit_of_work() as uow:
            await (await uow.session.connection()).execute(text("INSERT INTO note (n) VALUES (:n)"), {"n": ["canary"]})
    assert "canary" not in str(refused.value)
