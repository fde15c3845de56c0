"""What every test may use: a clock that can be moved, a fresh database, a small fixed cast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaleipix_app.backend import container, tables
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.tokens import Keyring
from tests.house import House, a_house

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


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh SQLite database with every table."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """An installation as `container.get()` gives it to the State, with an owner and a stranger."""
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    container.get.cache_clear()
    parts = container.get()
    yield await a_house(parts)
    for provider in parts.providers.values():
        await provider.close()
    parts.ingest.close()
    await parts.db.close()
    container.get.cache_clear()
