"""What every test may use: a clock that can be moved, a fresh database, a small fixed cast."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import StaticPool, create_engine

from kaleipix_app.backend import container, tables
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.settings import Settings
from kaleipix_app.backend.tokens import Keyring
from tests.house import House, ModelHouse, a_house, left
from tests.order import spread
from tests.postgres import PostgresServer

# Everything about data is tested on both. CI never leaves one out.
WITHOUT_POSTGRESQL = os.environ.get("DATABASES") == "sqlite" and not os.environ.get("CI")
DATABASES = ("sqlite",) if WITHOUT_POSTGRESQL else ("sqlite", "postgresql")
only_sqlite = pytest.mark.parametrize("db_url", DATABASES[:1], indirect=True)
only_postgresql = pytest.mark.parametrize("db_url", DATABASES[1:], indirect=True)
PHOTOS = Path(__file__).parent / "photos"


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def move(self, **amount: float) -> None:
        """Forward by a timedelta's keywords."""
        self.time += timedelta(**amount)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([b"a key that only tests know"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    spread(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if WITHOUT_POSTGRESQL:
        terminalreporter.write_line("The tests on PostgreSQL were left out, because DATABASES=sqlite.", yellow=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(params=DATABASES)
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database for one test alone is. A test that asks for it, or for `db`, runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'kaleipix.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    server.empty()
    return server.url


async def make_tables(database: Database) -> None:
    """Every table in what `db_url` gave; on PostgreSQL they are there, made by the migrations."""
    if not database.is_sqlite:
        return
    file = Path(str(database.engine.url.database))
    if file.exists():
        async with database.engine.begin() as connection:
            await connection.run_sync(tables.metadata.create_all)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_with_all_tables())


@cache
def _with_all_tables() -> bytes:
    """A file of SQLite; copying it is many times quicker than making forty tables."""
    with sqlite3.connect(":memory:") as connection:
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        tables.metadata.create_all(engine)
        return connection.serialize()


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """A database with every table and no row."""
    database = Database(db_url)
    await make_tables(database)
    yield database
    await database.close()


@pytest.fixture(scope="module")
def model_house(tmp_path_factory: pytest.TempPathFactory) -> ModelHouse:
    """Not for the whole session: what is in it is never older than its module's tests expect of something new."""

    async def build(data_dir: Path) -> House:
        return await a_house(container.Container(Settings(data_dir=data_dir)))

    return ModelHouse(tmp_path_factory.mktemp("house") / "data", build)


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_house: ModelHouse) -> AsyncIterator[House]:
    """An installation as `container.get()` gives it to the State, with an owner and a stranger."""
    await model_house.copy_to(tmp_path / "data")
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    container.get.cache_clear()
    parts = container.get()
    yield model_house.in_(parts)
    await left(parts)
    container.get.cache_clear()
