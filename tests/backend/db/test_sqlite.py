"""What goes to SQLite and back on one way is what the driver would have fetched step by step."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kaleipix_app.backend.db.engine import Database, UnitOfWork
from tests.conftest import only_sqlite

pytestmark = only_sqlite
_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT i FROM n"
# Nothing, little, what just comes at once, one more, and much more
_LENGTHS = (0, 1, 255, 256, 257, 1000)


async def _numbers(uow: UnitOfWork, most: int) -> list[int]:
    sql = _NUMBERS.format(most=most) if most else "SELECT 1 WHERE 0"
    return list((await (await uow.session.connection()).execute(text(sql))).scalars())


@pytest.mark.parametrize("most", _LENGTHS)
async def test_an_answer_comes_whole_however_long(db: Database, most: int) -> None:
    async with db.reading() as uow:
        assert await _numbers(uow, most) == list(range(1, most + 1))


@pytest.mark.parametrize("most", _LENGTHS[1:])
async def test_and_piece_by_piece(db: Database, most: int) -> None:
    async with db.reading() as uow:
        connection = await uow.session.connection()
        async with connection.stream(text(_NUMBERS.format(most=most))) as rows:
            assert [row[0] async for row in rows] == list(range(1, most + 1))
        async with connection.stream(text(_NUMBERS.format(most=most))) as rows:
            assert [len(part) async for part in rows.partitions(100)] == [
                *[100] * (most // 100),
                *([most % 100] if most % 100 else []),
            ]


async def test_who_leaves_in_the_middle_leaves_nothing_open(db: Database) -> None:
    async with db.unit_of_work() as uow:
        connection = await uow.session.connection()
        await connection.execute(text("CREATE TABLE note (n INTEGER PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO note VALUES (:n)"), [{"n": n} for n in range(1000)])
        async with connection.stream(text("SELECT n FROM note ORDER BY n")) as rows:
            assert (await rows.fetchone()) == (0,)
        await connection.execute(text("DROP TABLE note"))  # refused while it is being read


async def test_a_change_tells_how_much_it_changed(db: Database) -> None:
    async with db.unit_of_work() as uow:
        connection = await uow.session.connection()
        await connection.execute(text("CREATE TABLE note (n INTEGER PRIMARY KEY, told TEXT)"))
        many = [{"n": n} for n in range(300)]
        assert (await connection.execute(text("INSERT INTO note (n) VALUES (:n)"), many)).rowcount == 300
        assert (await connection.execute(text("UPDATE note SET told = 'a' WHERE n < 7"))).rowcount == 7
        assert (await connection.execute(text("INSERT INTO note (told) VALUES ('b')"))).lastrowid == 300
        told = await connection.execute(text("UPDATE note SET told = 'c' WHERE n < 299 RETURNING n"))
        assert sorted(told.scalars()) == list(range(299))


async def test_a_reader_that_asks_nothing_does_not_get_in_the_way_of_the_next_writer(db: Database) -> None:
    async with db.reading() as uow:
        await uow.session.connection()
    async with db.unit_of_work() as uow:  # on the same connection
        assert await _numbers(uow, 2) == [1, 2]


async def test_after_an_error_the_connection_is_as_before(db: Database) -> None:
    wrong = text("INSERT INTO user (id) VALUES (NULL)")
    for _ in range(2):
        with pytest.raises(IntegrityError):
            async with db.reading() as uow:
                await (await uow.session.connection()).execute(wrong)
        async with db.unit_of_work() as uow:
            assert await _numbers(uow, 2) == [1, 2]
