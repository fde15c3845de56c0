"""The trash on its day, pictures without a row, and rows without a picture."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.media.trash import Trash

_BATCH = 500

_log = log.get("media")


async def remove_orphans(db: Database, storage: Storage, as_of: datetime, dry: bool) -> int:
    """Remove stored files that no row points to; returns how many. Young ones stay: their row is written after them.

    A row whose original is missing is told to the operator and never deleted: the backup may have it.
    """
    removed, present, old = 0, set[str](), periods.STRAY_FILES.before(as_of)
    async for batch in storage.listing(_BATCH):
        folders = {key.rpartition("/")[0] for key, _ in batch}
        known = await _known(db, folders)
        present |= known
        orphans = [key for key, at in batch if key.rpartition("/")[0] not in known and at <= old]
        removed += len(orphans)
        if orphans and not dry:
            await storage.delete(orphans)
    await _tell_missing(db, present)
    return removed


async def empty_trash(trash: Trash, as_of: datetime, dry: bool) -> int:
    """Remove for ever what has been in the trash for its time; returns how many pictures."""
    if dry:
        return await trash.due(as_of)
    removed = 0
    while batch := await trash.purge(as_of, _BATCH):
        removed += batch
    return removed


async def _known(db: Database, folders: set[str]) -> set[str]:
    async with db.reading() as uow:
        found = await uow.session.exec(select(Image.storage_key).where(col(Image.storage_key).in_(folders)))
        return set(found.all())


async def _tell_missing(db: Database, present: set[str]) -> None:
    async with db.reading() as uow:
        found = await uow.session.exec(select(Image.id, Image.storage_key).where(col(Image.deleted_at).is_(None)))
        missing = [image_id for image_id, key in found.all() if key not in present]
    if missing:
        _log.error("alert_pictures_missing", count=len(missing), first=missing[:5])
