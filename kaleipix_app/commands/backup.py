"""`backup` and `restore`: the whole installation in one file, and back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.privacy import backup as copying
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.running import run


def backup(settings: Settings, out: Path) -> str:
    """Also while the studio runs. Raises Conflict."""
    size = copying.backup(settings, out)
    return f"{out} holds the database and every picture ({size} bytes). It also holds the secret key: keep it safe."


def restore(settings: Settings, file: Path) -> str:
    """Replace everything by what is in the file; what was erased since is erased again. Raises BadInput, Conflict."""
    with copying.restored(settings, file):
        told = erase_again(settings)
    return f"Everything is as it was in {file}. {told}"


def erase_again(settings: Settings) -> str:
    """After another tool brought an older database back: what was erased since goes again. Raises StorageFailed."""
    asyncio.run(upgrade(settings.database_url))
    again = run(settings, lambda parts: parts.restored.erase_again())
    people = "1 person" if again.people == 1 else f"{again.people} people"
    pictures = "1 picture" if again.pictures == 1 else f"{again.pictures} pictures"
    prompts = "1 prompt" if again.prompts == 1 else f"{again.prompts} prompts"
    return f"Erased again, because it had been erased since: {people}, {pictures}, {prompts}."
