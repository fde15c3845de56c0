"""Work that only one process may do at a time, for longer than a transaction lasts."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


@asynccontextmanager
async def alone(engine: AsyncEngine, name: str) -> AsyncIterator[bool]:
    """Whether this process may: False while another one is at it. The right goes with its process, also after kill -9.

    A file beside the database on SQLite; on PostgreSQL a lock of the connection, which sees other machines too.
    """
    if engine.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"alone {name}".encode()).digest()[:8], signed=True)
        async with engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")  # or it would idle in transaction
            mine = (await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})).scalar_one()
            try:
                yield bool(mine)
            finally:
                if mine:
                    await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
        return
    with _file(f"{engine.url.database}-{name}.lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _file(path: str) -> IO[str]:
    return Path(path).open("w")
