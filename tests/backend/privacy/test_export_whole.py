"""A copy leaves nothing out, and is enough to build the account up again somewhere else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlmodel.sql.sqltypes import UTCDateTime

from kaleipix_app.backend import tables
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.privacy.datamap import CATEGORIES, NOT_PERSONAL, OWNED, TECHNICAL_FILES
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.settings import Settings
from tests.backend.privacy.person import everything_of
from tests.conftest import make_tables

AT = datetime(2026, 11, 24, 13, tzinfo=UTC)
#: Hashes of secrets and what others wrote. Whatever is added here is something that people do not get.
LEFT_OUT = {
    "login_session": {"token_hash", "previous_hash"},
    "login_challenge": {"id", "code_hash"},
    "share": {"token_hash", "passcode_hash"},
    "share_report": {"reason", "note"},
}
#: Files of people that are no part of a copy, and why.
NOT_COPIED = {"outbox/": "they were sent to them", "exports/": "a copy of the copy"}


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Container]:
    """A clean installation; always on SQLite, also for what comes from PostgreSQL."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'clean' / 'kaleipix.db'}"
    made = Container(Settings(data_dir=tmp_path / "clean", db_url=SecretStr(url)))
    await make_tables(made.db)
    yield made
    made.ingest.close()
    await made.db.close()


async def copied(parts: Container, path: Path) -> ZipFile:
    async with parts.db.reading() as uow:
        person = await Person.find(uow, "id-of-ann")
    assert person is not None
    await parts.archive.write(person, path, AT)
    return ZipFile(path)


def in_the_copy(archive: ZipFile) -> dict[str, list[dict[str, Any]]]:
    """Rows by table: the columns of one row are told by several categories."""
    merged: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for one in CATEGORIES:
        if one.tables:
            for name, found in json.loads(archive.read(f"data/{one.key}.json"))["rows"].items():
                table = tables.metadata.tables[name]
                keys = [column.name for column in table.primary_key if column.name not in LEFT_OUT.get(name, ())]
                for number, row in enumerate(found):
                    identity = tuple(row[key] for key in keys) or (number,)
                    merged.setdefault(name, {}).setdefault(identity, {}).update(row)
    return {name: list(found.values()) for name, found in merged.items()}


async def in_the_database(parts: Container) -> dict[str, list[dict[str, Any]]]:
    """Everything of everybody: Ann is alone here. Not found by the data map, which may have forgotten something."""
    found = {}
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for table in tables.metadata.sorted_tables:
            if table.name in {held.table for held in NOT_PERSONAL}:
                continue
            shown = [column for column in table.columns if column.name not in LEFT_OUT.get(table.name, ())]
            result = await connection.execute(select(*shown).order_by(*table.primary_key))
            found[table.name] = [{name: told(value) for name, value in row._mapping.items()} for row in result]
    return found


def as_a_set(rows: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(row, sort_keys=True) for row in rows}


def told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def stored(parts: Container) -> set[str]:
    folder = parts.settings.data_dir
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in files if not any(path.match(one) for one in TECHNICAL_FILES)}


async def pictures(parts: Container) -> dict[str, str]:
    """Where the original of each picture is stored, by the name without ending that it has in a copy."""
    image = tables.metadata.tables["image"]
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        found = await connection.execute(select(image.c.kind, image.c.id, image.c.storage_key))
        return {f"pictures/{kind}s/{id}": f"{key}/original" for kind, id, key in found}


async def test_every_column_of_every_row_and_every_picture_is_in_it(parts: Container, tmp_path: Path) -> None:
    await everything_of(parts, "ann")
    assert {name: set(owned.secret) for name, owned in OWNED.items() if owned.secret} == LEFT_OUT
    archive = await copied(parts, tmp_path / "ann.zip")
    there, expected = in_the_copy(archive), await in_the_database(parts)
    assert all(expected.values())
    assert set(there) == set(expected)
    for name, rows in expected.items():
        assert as_a_set(there[name]) == as_a_set(rows), name
    media = parts.settings.media_dir
    names = {name.rpartition(".")[0]: name for name in archive.namelist() if name.startswith("pictures/")}
    kept = await pictures(parts)
    assert {name.split("/")[1] for name in kept} == {"sources", "results", "masks"}
    assert set(names) == set(kept)
    for name, key in kept.items():
        assert archive.read(names[name]) == (media / key).read_bytes(), name
    derived = {f"media/{key.rpartition('/')[0]}/{size}" for key in kept.values() for size in ("thumb", "preview")}
    rest = stored(parts) - derived - {f"media/{key}" for key in kept.values()}
    assert [path for path in rest if not path.startswith(tuple(NOT_COPIED))] == []
    assert {path.split("/")[0] + "/" for path in rest} == set(NOT_COPIED)


async def brought_in(archive: ZipFile, to: Container) -> None:
    """What another studio would do with a copy: rows into tables, pictures into storage."""
    rows = in_the_copy(archive)
    async with to.db.unit_of_work() as uow:
        connection = await uow.session.connection()
        for table in tables.metadata.sorted_tables:
            for number, row in enumerate(rows.get(table.name, ())):
                values = dict(row)
                for column in table.columns:
                    if isinstance(column.type, UTCDateTime) and values.get(column.name):
                        values[column.name] = datetime.fromisoformat(values[column.name])
                for name in LEFT_OUT.get(table.name, ()):  # new secrets: nobody has the old ones
                    values[name] = f"new-{number}"
                await connection.execute(insert(table).values(values))
    names = {name.rpartition(".")[0]: name for name in archive.namelist() if name.startswith("pictures/")}
    for name, key in (await pictures(to)).items():
        await to.storage.put(key, archive.read(names[name]))


async def test_it_builds_the_account_up_again_in_a_clean_installation(
    parts: Container, elsewhere: Container, tmp_path: Path
) -> None:
    await everything_of(parts, "ann")
    first = await copied(parts, tmp_path / "first.zip")
    await brought_in(first, elsewhere)
    second = await copied(elsewhere, tmp_path / "second.zip")
    assert first.namelist() == second.namelist()
    assert len([name for name in first.namelist() if name.startswith("pictures/")]) >= 4
    for name in first.namelist():
        if name.startswith("data/"):
            assert json.loads(first.read(name)) == json.loads(second.read(name)), name
        else:
            assert first.read(name) == second.read(name), name
    assert await in_the_database(elsewhere) == await in_the_database(parts)


async def test_what_was_never_sent_away_is_not_said_to_be_elsewhere(parts: Container, tmp_path: Path) -> None:
    await everything_of(parts, "ann")
    generation = tables.metadata.tables["generation"]
    async with parts.db.unit_of_work() as uow:
        await (await uow.session.connection()).execute(generation.update().values(provider="fal", ordered_at=None))
    assert json.loads((await copied(parts, tmp_path / "ann.zip")).read("elsewhere.json")) == []
