"""When a mask goes: with the last picture that was made with it, or after a day if nothing was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, func, or_, select

from kaleipix_app.backend import periods
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.trash import Trash


async def remove_spent(db: Database, trash: Trash, owner_id: str) -> None:
    """Remove this owner's masks whose generations have no picture any more, in the trash neither."""
    used = exists().where(col(Generation.mask_id) == col(Image.id))
    await _remove(db, trash, and_(col(Image.owner_id) == owner_id, used, _unneeded()))


async def remove_unneeded(db: Database, trash: Trash, as_of: datetime, dry: bool) -> int:
    """The scheduled cleanup: also those with which nothing was made within a day. Returns how many."""
    condition = and_(col(Image.created_at) <= periods.MASKS.before(as_of), _unneeded())
    if dry:
        async with db.reading() as uow:
            found = await uow.session.exec(select(func.count()).select_from(Image).where(condition))
            return int(found.one())
    return await _remove(db, trash, condition)


async def _remove(db: Database, trash: Trash, condition: ColumnElement[bool]) -> int:
    async with db.unit_of_work() as uow:
        found = await uow.session.exec(select(Image.id).where(condition))
        mask_ids = list(found)
        await trash.condemn_masks(uow, mask_ids)
    return await trash.erase(mask_ids) if mask_ids else 0


def _unneeded() -> ColumnElement[bool]:
    result = aliased(Image)
    # What runs needs its mask, a failure may be retried, and a picture that is kept can be made again.
    waits = or_(
        col(Generation.state).in_(ACTIVE),
        and_(col(Generation.state) == State.FAILED, col(Generation.dismissed_at).is_(None)),
    )
    has_picture = exists().where(col(result.generation_id) == col(Generation.id))
    needed = exists().where(col(Generation.mask_id) == col(Image.id), or_(waits, has_picture))
    return and_(col(Image.kind) == "mask", ~needed)
