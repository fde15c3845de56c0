"""Locks that end with their transaction. On SQLite they do nothing: `unit_of_work` has one writer there anyway."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def person(connection: AsyncConnection, user_id: str) -> None:
    """One transaction at a time for this person."""
    await _take(connection, f"person {user_id}")


async def migration(connection: AsyncConnection) -> None:
    """One start migrates; the others wait for it, however long it takes, and then find nothing to do."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL lock_timeout = 0"))
        await _take(connection, "migration")
        await connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # for tables: who waits makes all others wait


async def _take(connection: AsyncConnection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
