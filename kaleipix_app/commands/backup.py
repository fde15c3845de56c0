"""`backup` and `restore`: the whole installation in one file, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.privacy import backup as copying
from kaleipix_app.backend.settings import Settings


def backup(settings: Settings, out: Path) -> str:
    """Also while the studio runs. Raises Conflict."""
    size = copying.backup(settings, out)
    return f"{out} holds the database and every picture ({size} bytes). It also holds the secret key: keep it safe."


def restore(settings: Settings, file: Path) -> str:
    """Replace everything by what is in the file; who was erased since is erased again. Raises BadInput, Conflict."""

    async def work() -> int:
        await upgrade(settings.database_url)
        parts = Container(settings)
        try:
            return await parts.erasure.again()
        finally:
            await parts.post.close()
            await parts.db.close()

    with copying.restored(settings, file):
        erased = asyncio.run(work())
    people = "1 person" if erased == 1 else f"{erased} people"
    return f"Everything is as it was in {file}. {people} had been erased since and were erased again."
