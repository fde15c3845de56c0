"""A database as an older version of Kaleipix left it: its tables, with rows in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from kaleipix_app.backend.db import migrate

NOW = "2026-11-24 12:00:00.000000"
PERSON = {
    "id": "u", "email": "a@b.test", "email_typed": "a@b.test", "username": "ann", "username_skeleton": "ann",
    "is_admin": False, "plan": "free", "adult_confirmed_at": NOW, "created_at": NOW,
}  # fmt: skip
GENERATION = {
    "id": "g", "owner_id": "u", "request_id": "", "model": "m", "provider": "p", "prompt": "a sea",
    "aspect_ratio": "1:1", "width": 1, "height": 1, "count": 1, "seed": 1, "params": "{}", "price": 1, "state": "done",
    "delivered": 1, "attempts": 1, "fence": 1, "created_at": NOW,
}  # fmt: skip


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """The database, without any code of ours in between."""
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def make_tables_of(url: str, revision: str) -> None:
    """All that the migrations up to this one make."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with opened(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def insert(url: str, rows: dict[str, dict[str, object]]) -> None:
    """One row in each of these tables."""
    with opened(url) as connection:
        for table, row in rows.items():
            names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)
        connection.commit()
