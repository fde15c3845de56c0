"""Disk full, storage that refuses, a database locked or gone, a clock that jumps: told plainly, nothing lost."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import obstore
import pytest

from kaleipix_app.backend.db import sqlite
from kaleipix_app.backend.errors import DatabaseFailed, StorageFailed
from kaleipix_app.backend.generation.machine import State
from tests.backend.generation.conftest import Pipeline
from tests.backend.media.samples import file, photo
from tests.conftest import MovableClock, only_sqlite


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", ("busy_timeout=50", *sqlite.PRAGMAS[1:]))


@pytest.fixture
async def working(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    await pipeline.parts.db.close()  # its connections were made before this test's settings
    async with pipeline.working():
        yield pipeline
    pipeline.parts.ingest.close()


def files(pipeline: Pipeline) -> set[str]:
    return {str(path) for path in pipeline.settings.media_dir.rglob("*") if path.is_file()}


@contextmanager
def a_disk_with_room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: the kernel refuses, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(pipeline: Pipeline) -> Iterator[None]:
    """Another program holds the write lock."""
    other = sqlite3.connect(pipeline.settings.data_dir / "kaleipix.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_full_disk_refuses_an_upload_in_a_sentence_and_keeps_what_there_was(working: Pipeline) -> None:
    images, db, ann = working.parts.images, working.parts.db, working.ann.user_id
    before = await images.keep_source(db, ann, file(photo(), "PNG"))
    stored = files(working)
    with a_disk_with_room_for(30_000), pytest.raises((StorageFailed, DatabaseFailed), match="Please try again"):
        await images.keep_source(db, ann, file(photo(), "PNG"))
    assert files(working) == stored
    assert await images.original_bytes(before)
    await images.keep_source(db, ann, file(photo(), "PNG"))


async def test_storage_that_refuses_costs_nothing_and_the_same_can_be_made_later(
    working: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await working.until(await working.request())
    await working.parts.images.small_copy(kept.results[0].storage_key, "preview")  # it follows: wait for it
    stored, balance = files(working), await working.balance()

    async def read_only(*_: Any, **__: Any) -> Any:
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(obstore, "put_async", read_only)
    failed = await working.until(await working.request(count=2))
    assert (failed.state, failed.error_sentence) == (
        State.FAILED,
        "The picture could not be stored. Please try again in a minute.",
    )
    monkeypatch.undo()
    assert await working.balance() == balance
    assert files(working) == stored
    assert (await working.record(kept.id)).results == kept.results
    async with working.parts.db.unit_of_work() as uow:
        again = await working.parts.generations.retry(uow, working.ann, failed.id)
    assert (await working.until(again)).state == State.DONE


@only_sqlite
async def test_a_locked_database_takes_no_request_and_no_credit(working: Pipeline) -> None:
    await working.until(await working.request())
    balance = await working.balance()
    with locked(working), pytest.raises(DatabaseFailed, match="could not be saved or read just now"):
        await working.request()
    assert await working.balance() == balance
    assert (await working.until(await working.request())).state == State.DONE


async def test_a_database_that_is_locked_when_the_picture_is_ready_gets_it_later_and_bills_once(
    working: Pipeline, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, broken = working.parts.images.add_result, True

    async def breaks(*given: Any) -> Any:
        nonlocal broken
        if broken:
            broken = False
            raise DatabaseFailed
        return await add(*given)

    monkeypatch.setattr(working.parts.images, "add_result", breaks)
    id = await working.request(count=2)
    reserved = await working.balance()
    while broken or working.parts.engine._running:
        await asyncio.sleep(0.01)
    assert (await working.record(id)).state == State.SAVING
    clock.move(seconds=31)
    working.parts.engine.ring()
    record = await working.until(id)
    assert (record.state, len(record.results), await working.balance()) == (State.DONE, 2, reserved)


@only_sqlite
async def test_a_database_that_is_gone_is_told_and_found_again(working: Pipeline, tmp_path: Path) -> None:
    record = await working.until(await working.request())
    db, path = working.parts.db, working.settings.data_dir / "kaleipix.db"
    await db.close()
    path.rename(tmp_path / "elsewhere.db")
    path.mkdir()
    with pytest.raises(DatabaseFailed):
        await working.request()
    with pytest.raises(DatabaseFailed):
        await working.record(record.id)
    path.rmdir()
    (tmp_path / "elsewhere.db").rename(path)
    assert (await working.record(record.id)).results == record.results
    assert (await working.until(await working.request())).state == State.DONE


async def test_a_wrong_statement_is_a_bug_and_not_an_outage(working: Pipeline) -> None:
    with pytest.raises(Exception, match="nothing_here") as raised:
        async with working.parts.db.reading() as uow:
            await (await uow.session.connection()).exec_driver_sql("SELECT * FROM nothing_here")
    assert not isinstance(raised.value, DatabaseFailed)


@pytest.mark.parametrize("jump", [{"days": -400}, {"days": 400}, {"seconds": 31}, {"seconds": -31}])
async def test_a_clock_that_jumps_while_a_picture_is_made(
    working: Pipeline, clock: MovableClock, jump: dict[str, float]
) -> None:
    working.provider.go.clear()
    id = await working.request()
    reserved = await working.balance()
    await working.until(id, lambda record: record.state == State.RUNNING)
    clock.move(**jump)
    working.parts.engine.ring()
    working.provider.go.set()
    record = await working.until(id)
    assert (record.state, len(record.results), await working.balance()) == (State.DONE, 1, reserved)


async def test_a_clock_that_was_ahead_and_is_put_right_leaves_the_trash_whole(
    working: Pipeline, clock: MovableClock
) -> None:
    record = await working.until(await working.request())
    clock.move(days=20)
    async with working.parts.db.unit_of_work() as uow:
        await working.parts.deletions.delete(uow, working.ann, record.results[0].id)
    clock.move(days=-20)
    assert await working.parts.trash.purge(clock.now(), 100) == 0
    async with working.parts.db.unit_of_work() as uow:
        (only,) = await working.parts.deletions.trash(uow, working.ann)
        await working.parts.deletions.restore(uow, working.ann, [only.picture.id])
    assert (await working.record(record.id)).results == record.results
