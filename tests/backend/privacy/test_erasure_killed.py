"""An erasure that is killed anywhere: the next run finishes it, and nothing is left in database or storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select

from kaleipix_app.backend import tables
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.privacy.category import Goes
from kaleipix_app.backend.privacy.datamap import OWNED
from kaleipix_app.backend.privacy.tombstones import Erased, Tombstones
from tests.backend.privacy.person import everything_of
from tests.backend.privacy.test_erasure import counts, noted, stored
from tests.backend.privacy.test_export_whole import stored as files
from tests.conftest import MovableClock

STAYS = {"generation_log", "ledger_entry"}  # for their time, as published
UNLINKED = {name for name, owned in OWNED.items() if owned.goes is Goes.UNLINKED}  # for theirs, as nobody's


class Killed(BaseException):
    """Nobody handles it, as nobody handles kill -9."""


class Killer:
    """Lets some effects on database, storage and list happen, and none after them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None  # None: no end
        self.happened: list[str] = []
        self._commits(monkeypatch)
        for owner, name in ((Storage, "delete"), (Tombstones, "_append")):
            self._wrap(monkeypatch, owner, name)

    def allow(self, number: int | None) -> None:
        self.left, self.happened = number, []

    def effect(self, name: str) -> None:
        """Before each one."""
        if self.left is not None and len(self.happened) >= self.left:
            raise Killed
        self.happened.append(name)

    def _commits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole: Callable[..., Any] = Database.unit_of_work
        killer = self

        @asynccontextmanager
        async def unit_of_work(db: Database) -> AsyncIterator[UnitOfWork]:
            async with whole(db) as uow:
                yield uow
                killer.effect("commit")  # raised here, nothing of the transaction is kept

        monkeypatch.setattr(Database, "unit_of_work", unit_of_work)

    def _wrap(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        whole, killer = getattr(owner, name), self

        def done(*values: Any, **named: Any) -> Any:
            killer.effect(name)
            return whole(*values, **named)

        monkeypatch.setattr(owner, name, done)


async def erased(parts: Container) -> list[str]:
    """All of an erasure; the names of its steps."""
    return [step.name async for step in parts.erasure.by_operator("id-of-ann", now=True)]


async def nothing_is_left(parts: Container) -> None:
    left = {name for name, count in (await counts(parts)).items() if count}
    assert left <= STAYS
    assert await nobodys(parts) == dict.fromkeys(UNLINKED, 1)
    assert stored(parts) == []
    assert files(parts) == set()
    assert noted(parts)["person"] == 1
    assert noted(parts)["picture"] == 4, "source, mask, two results"


async def nobodys(parts: Container) -> dict[str, int]:
    """Rows that were a person's once, by table."""
    found = {}
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for name in UNLINKED:
            table = tables.metadata.tables[name]
            nobody = table.c[OWNED[name].column].is_(None)
            found[name] = (await connection.execute(select(func.count()).where(nobody))).scalar_one()
    return found


class Snapshot:
    """All rows and files as they are, to be put back as often as it takes."""

    def __init__(self, parts: Container) -> None:
        self._parts = parts
        self._folder = parts.settings.data_dir

    async def take(self) -> Snapshot:
        async with self._parts.db.reading() as uow:
            connection = await uow.session.connection()
            self._rows = {
                one: [dict(row._mapping) for row in await connection.execute(select(one))]
                for one in tables.metadata.sorted_tables
                if one.name in OWNED
            }
        self._files = {path: (self._folder / path).read_bytes() for path in files(self._parts)}
        return self

    async def put_back(self) -> None:
        (self._folder / "erased.txt").unlink(missing_ok=True)
        for path, data in self._files.items():
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).write_bytes(data)
        async with self._parts.db.unit_of_work() as uow:
            connection = await uow.session.connection()
            for one in reversed(self._rows):
                await connection.execute(delete(one))
            for one, rows in self._rows.items():
                await connection.execute(insert(one), rows)


async def test_killed_between_any_two_effects_the_next_hour_finishes_it(
    parts: Container, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await everything_of(parts, "ann")
    whole = await Snapshot(parts).take()
    killer = Killer(monkeypatch)
    await erased(parts)
    effects = killer.happened
    await nothing_is_left(parts)
    assert len(effects) > 2 * len(OWNED), "each table, each picture and the list has its turn"
    assert set(effects) == {"commit", "delete", "_append"}
    for number in range(1, len(effects)):  # before the first one nobody has deleted anything
        killer.allow(None)
        await whole.put_back()
        began = clock.time
        killer.allow(number)
        with pytest.raises(Killed):
            await erased(parts)
        killer.allow(None)
        clock.move(days=30)
        await parts.cleanups.run()
        await nothing_is_left(parts)
        clock.time = began


async def test_every_step_is_told_once_the_account_is_closed(parts: Container) -> None:
    await everything_of(parts, "ann")
    steps = Counter(await erased(parts))
    assert {f"rows of {name} unlinked" for name in UNLINKED} <= set(steps)
    assert {f"rows of {name}" for name in OWNED} - set(steps) == {
        *(f"rows of {name}" for name in STAYS),
        *(f"rows of {name}" for name in UNLINKED),  # told as such
        "rows of image",  # told as "pictures"
        "rows of data_export",  # told as "copies of the data"
    }


async def test_a_restored_backup_is_erased_again(parts: Container) -> None:
    await everything_of(parts, "bob")
    await everything_of(parts, "ann")
    before = await counts(parts, "id-of-bob")
    older = await Snapshot(parts).take()
    await erased(parts)
    kept = (parts.settings.data_dir / "erased.txt").read_text()
    await older.put_back()
    (parts.settings.data_dir / "erased.txt").write_text(kept)  # `restore` adds to it and never replaces it
    assert (await parts.restored.erase_again()).people == 1
    assert {name for name, count in (await counts(parts)).items() if count} <= STAYS
    assert await counts(parts, "id-of-bob") == before
    again = await parts.restored.erase_again()
    assert (again.people, again.pictures, again.prompts) == (0, 0, 0)
    assert await parts.tombstones.which(Erased.PERSON, ["id-of-ann", "id-of-bob"]) == ["id-of-ann"]
