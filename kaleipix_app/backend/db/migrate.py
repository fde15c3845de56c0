"""Bring a database to the tables of this version. Runs before anything is served.

A new revision is a file in `migrations/versions`. `tests/backend/db/test_migrate.py` says what is still missing in it.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from kaleipix_app.backend import log
from kaleipix_app.backend.db import locks
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import KaleipixError

_SCRIPTS = Path(__file__).parent / "migrations"
_TRIES, _PAUSE = 20, 0.1
_log = log.get("migrate")


class MigrationFailed(KaleipixError):
    """The database is as it was before; the sentence says why."""

    code = "migration_failed"
    status = 503


async def upgrade(url: str) -> str:
    """Run what is missing, all or nothing, and return the revision. Raises MigrationFailed."""
    try:
        database = Database(url)
    except OSError as error:
        raise MigrationFailed(f"The database cannot be opened: {error.strerror}.") from error
    if database.is_sqlite:
        # Batch mode copies a table and drops the old one, which would delete every row that points there.
        event.listen(database.engine.sync_engine, "connect", _foreign_keys_off)
    try:
        return await _when_free(database)
    except SQLAlchemyError as error:
        _log.error("migration_failed", exc_info=error)
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise MigrationFailed(f"The database could not be migrated and was left as it was: {reason}.") from error
    finally:
        await database.close()


async def revisions(database: Database) -> tuple[str | None, str]:
    """The revision that the database is at, and the one of this version. Changes nothing. Raises SQLAlchemyError."""
    async with database.engine.connect() as connection:
        current = await connection.run_sync(lambda plain: MigrationContext.configure(plain).get_current_revision())
    return current, str(ScriptDirectory.from_config(_config()).get_current_head())


async def _when_free(database: Database) -> str:
    """Of two starts at once, the second waits for the first and then finds nothing to do."""
    for _ in range(_TRIES):
        try:
            return await _in_one_transaction(database)
        except OperationalError as error:  # a new SQLite file that is just being made does not let others wait
            if "locked" not in str(error.orig):
                raise
            await asyncio.sleep(_PAUSE)
    return await _in_one_transaction(database)


async def _in_one_transaction(database: Database) -> str:
    async with database.engine.connect() as connection:
        await connection.execution_options(sqlite_begin="IMMEDIATE")
        async with connection.begin():
            await locks.migration(connection)
            return await connection.run_sync(_upgrade)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> str:
    config = _config()
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    newest = str(scripts.get_current_head())
    current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return newest
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise MigrationFailed(
            f"The database was last used by a newer version of Kaleipix (revision {current}; this one knows {newest}). "
            "Install that version, or restore a backup made before it."
        )
    command.upgrade(config, "head")
    _check_foreign_keys(connection)
    _log.info("migrated", before=current, after=newest)
    return newest


def _foreign_keys_off(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=OFF").close()


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise MigrationFailed("The migration would leave rows that point nowhere, so it was undone. Please report it.")
