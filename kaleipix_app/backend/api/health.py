"""For monitoring: is the process alive, and can it work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from obstore.exceptions import BaseError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kaleipix_app.backend import tokens
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed, StorageFailed
from kaleipix_app.backend.media.storage import Storage


def routes(db: Database, storage: Storage, queue: Callable[[], Awaitable[bool]]) -> list[Route]:
    """`/healthz` asks nobody; `/readyz` asks database, storage and queue."""

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> JSONResponse:
        checks = {"database": await _reads(db), "storage": await _writes(storage), "queue": await _moves(queue)}
        ready = all(checks.values())
        answer = {name: "ok" if good else "failed" for name, good in checks.items()}
        return JSONResponse({"status": "ok" if ready else "failed", **answer}, status_code=200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _reads(db: Database) -> bool:
    try:
        async with db.reading() as uow:
            await (await uow.session.connection()).execute(text('SELECT 1 FROM "user" LIMIT 1'))
    except (DatabaseFailed, SQLAlchemyError, OSError):
        return False
    return True


async def _moves(queue: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await queue()
    except (DatabaseFailed, SQLAlchemyError, OSError):
        return False


async def _writes(storage: Storage) -> bool:
    key = f"health/{tokens.new_id()}"
    try:
        await storage.put(key, b"ok")
        await storage.delete([key])
    except (StorageFailed, BaseError, OSError):
        return False
    return True
