"""A PostgreSQL server that is busy, restarted or gone: a sentence for whoever waits, and found again by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from kaleipix_app.backend.db import postgresql
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import DatabaseFailed
from tests.conftest import only_postgresql

pytestmark = only_postgresql
_MINE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> {mine}"


@pytest.fixture
async def impatient(db_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Another process on the same database, which waits for locks and connections only for a moment."""
    session = tuple(line.replace("'10s'", "'100ms'") for line in postgresql.SESSION)
    monkeypatch.setattr(postgresql, "SESSION", session)
    monkeypatch.setattr(postgresql, "POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1})
    made = Database(db_url)
    yield made
    await made.close()


async def _value(uow: UnitOfWork, sql: str) -> object:
    return (await (await uow.session.connection()).execute(text(sql))).scalar()


async def _one(db: Database) -> object:
    async with db.reading() as uow:
        return await _value(uow, "SELECT 1")


async def _until(db: Database, sql: str) -> None:
    async with asyncio.timeout(5):
        while True:
            async with db.reading() as uow:
                if await _value(uow, sql):
                    return


async def _locked(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await uow.lock("ann")


async def test_a_lock_that_does_not_come_free_is_told(db: Database, impatient: Database) -> None:
    async with db.unit_of_work() as uow:
        await uow.lock("ann")
        with pytest.raises(DatabaseFailed, match="try again in a minute"):
            await _locked(impatient)
    await _locked(impatient)


async def test_no_free_connection_is_told(impatient: Database) -> None:
    async with impatient.reading() as uow:
        assert await _value(uow, "SELECT 1") == 1
        with pytest.raises(DatabaseFailed, match="try again in a minute"), capture_logs() as lines:
            await _one(impatient)
    assert [line["reason"] for line in lines] == ["all connections are in use"]
    assert await _one(impatient) == 1


async def test_a_connection_that_breaks_in_a_transaction_undoes_it_and_is_told(
    db: Database, impatient: Database
) -> None:
    async def cut_off() -> None:
        async with impatient.unit_of_work() as uow:
            await (await uow.session.connection()).execute(text("CREATE TABLE half_done (n INTEGER)"))
            async with db.unit_of_work() as other:
                mine = await _value(other, "SELECT pg_backend_pid()")
                await _value(other, _MINE.format(mine=mine))
            await _value(uow, "SELECT 1")

    with pytest.raises(DatabaseFailed):
        await cut_off()
    async with impatient.reading() as uow:
        assert await _value(uow, "SELECT to_regclass('half_done')") is None


async def test_after_a_restart_of_the_server_the_first_request_finds_a_new_connection(
    db: Database, impatient: Database
) -> None:
    assert await _one(impatient) == 1
    async with db.unit_of_work() as other:
        mine = await _value(other, "SELECT pg_backend_pid()")
        await _value(other, _MINE.format(mine=mine))
    assert await _one(impatient) == 1


async def test_a_process_that_hangs_in_a_transaction_loses_it(
    db: Database, impatient: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> None:
        async with impatient.unit_of_work() as uow:
            await uow.lock("ann")
            await _until(db, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'")
            await _value(uow, "SELECT 1")

    hasty = tuple(line.replace("'60s'", "'100ms'") for line in postgresql.SESSION)
    monkeypatch.setattr(postgresql, "SESSION", hasty)
    with pytest.raises(DatabaseFailed):
        await hang()
    await _locked(db)


async def test_a_request_that_is_cancelled_in_the_middle_leaves_a_connection_that_works(
    db: Database, impatient: Database
) -> None:
    waiting = asyncio.create_task(_sleeping(impatient))
    await _until(db, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await _one(impatient) == 1


async def _sleeping(db: Database) -> None:
    async with db.unit_of_work() as uow:
        await _value(uow, "SELECT pg_sleep(60)")
