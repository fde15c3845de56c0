"""Locks that end with their transaction. On SQLite they do nothing: `unit_of_work` has one writer there anyway."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def person(connection: AsyncConnection, user_id: str) -> None:
    """One transaction at a time for this person."""
    await _take(connection, f"person {user_id}")


async def claims(connection: AsyncConnection) -> None:
    """One transaction at a time decides whose turn it is."""
    await _take(connection, "claims")


async def claims_if_free(connection: AsyncConnection) -> bool:
    """The same without waiting; False while somebody else decides."""
    if connection.dialect.name != "postgresql":
        return True
    taken = await connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _key("claims")})
    return bool(taken.scalar_one())


async def migration(connection: AsyncConnection) -> None:
    """One start migrates; the others wait for it, however long it takes, and then find nothing to do."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL lock_timeout = 0"))
        await _take(connection, "migration")
        await connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # for tables: who waits makes all others wait


async def _take(connection: AsyncConnection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _key(name)})


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
