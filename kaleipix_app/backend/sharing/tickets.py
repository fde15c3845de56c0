"""What an operator does with reports: look at them, take pictures down, or dismiss them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select, tuple_, update

from kaleipix_app.backend import log
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.sharing.addresses import Addresses
from kaleipix_app.backend.sharing.models import Share, ShareImage, ShareReport

_log = log.get("sharing")


@dataclass(frozen=True)
class Ticket:
    """A report that nobody has closed."""

    id: str
    reason: str
    note: str
    address: str  # of the link's page; empty if the key that made it is gone
    due_at: datetime
    is_overdue: bool


class Tickets:
    """Open reports, the most urgent first."""

    def __init__(
        self, db: Database, storage: Storage, clock: Clock, addresses: Addresses, changed: Callable[[str], None]
    ) -> None:
        self._db = db
        self._storage = storage
        self._clock = clock
        self._addresses = addresses
        self._changed = changed

    async def open(self) -> list[Ticket]:
        """All of them. Raises DatabaseFailed."""
        now = self._clock.now()
        async with self._db.reading() as uow:
            found = await uow.session.exec(
                select(ShareReport, Share.token_hash)
                .join(Share, col(Share.id) == col(ShareReport.share_id))
                .where(col(ShareReport.closed_at).is_(None))
                .order_by(col(ShareReport.due_at), col(ShareReport.id))
            )
            return [
                Ticket(
                    id=report.id,
                    reason=report.reason,
                    note=report.note,
                    address=self._addresses.of(report.share_id, token_hash),
                    due_at=report.due_at,
                    is_overdue=report.due_at <= now,
                )
                for report, token_hash in found.all()
            ]

    async def counts(self) -> tuple[int, int]:
        """How many are open, and how many of these are overdue. Raises DatabaseFailed."""
        is_open, is_late = col(ShareReport.closed_at).is_(None), col(ShareReport.due_at) <= self._clock.now()
        async with self._db.reading() as uow:
            numbers = [
                (await uow.session.exec(select(func.count()).select_from(ShareReport).where(is_open, *more))).one()
                for more in ((), (is_late,))
            ]
        return int(numbers[0]), int(numbers[1])

    async def take_down(self, report_id: str) -> int:
        """Everything that the link shows, and every identical copy, whoever has it; returns how many pictures.

        Closes all reports of the link. Raises NotFound, StorageFailed.
        """
        report, shown = await self._reported(report_id)
        copies = await self._copies(shown)
        now = self._clock.now()
        async with self._db.unit_of_work() as uow:
            await uow.session.exec(
                update(Image)
                .where(col(Image.id).in_(copies), col(Image.taken_down_at).is_(None))
                .values(taken_down_at=now, taken_down_for=report.reason)
            )
            await self._close(uow, col(ShareReport.share_id) == report.share_id, now)
            for owner in set(copies.values()):
                uow.after_commit(lambda owner=owner: self._changed(owner))  # type: ignore[misc]
            uow.after_commit(lambda: _log.warning("share_taken_down", report=report_id, pictures=len(copies)))
        return len(copies)

    async def dismiss(self, report_id: str) -> None:
        """The link may show what it shows. Closes this report alone. Raises NotFound."""
        async with self._db.unit_of_work() as uow:
            if not await self._close(uow, col(ShareReport.id) == report_id, self._clock.now()):
                raise NotFound(_GONE)
            uow.after_commit(lambda: _log.warning("share_report_dismissed", report=report_id))

    async def _reported(self, report_id: str) -> tuple[ShareReport, list[Image]]:
        async with self._db.reading() as uow:
            report = await uow.session.get(ShareReport, report_id)
            share = await uow.session.get(Share, report.share_id) if report is not None else None
            if report is None or share is None or report.closed_at is not None:
                raise NotFound(_GONE)
            rows = (await uow.session.exec(select(ShareImage).where(ShareImage.share_id == share.id))).all()
            ids = [row.image_id for row in rows]
            if share.shows_source:
                ids += [row.source_id for row in rows if row.source_id]
            found = await uow.session.exec(select(Image).where(col(Image.id).in_(ids)))
            return report, list(found.all())

    async def _copies(self, shown: Sequence[Image]) -> dict[str, str]:
        """Owner by id, of these pictures and of those with the very same bytes."""
        shapes = {(image.byte_size, image.width, image.height) for image in shown}
        shape = tuple_(col(Image.byte_size), col(Image.width), col(Image.height))
        async with self._db.reading() as uow:
            alike = (await uow.session.exec(select(Image).where(shape.in_(shapes), Image.kind != "mask"))).all()
        wanted = {await self._digest(image) for image in shown}
        copies = {image.id: image.owner_id for image in shown}
        for image in alike:
            if image.id not in copies and await self._digest(image) in wanted:
                copies[image.id] = image.owner_id
        return copies

    async def _digest(self, image: Image) -> bytes | None:
        """Of the original's bytes; None, which is like nothing, if they are lost."""
        try:
            data = await self._storage.get(f"{image.storage_key}/original")
        except NotFound:
            return image.id.encode()
        return await asyncio.to_thread(lambda: hashlib.sha256(data).digest())

    async def _close(self, uow: UnitOfWork, which: object, now: datetime) -> int:
        is_open = col(ShareReport.closed_at).is_(None)
        closed = await uow.session.exec(update(ShareReport).where(which, is_open).values(closed_at=now))  # type: ignore[arg-type]
        return int(closed.rowcount)


_GONE = "There is no open report with this id. See: python -m kaleipix_app reports list"
