"""Copies of one's data: asked for with a fresh code, made in the background, announced by mail, gone after a week."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from kaleipix_app.backend import log, periods, tokens
from kaleipix_app.backend.accounts.fresh import FreshCodes
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.mail.post import Post
from kaleipix_app.backend.privacy.archive import Archive
from kaleipix_app.backend.privacy.models import DataExport
from kaleipix_app.backend.privacy.rows import Person

_log = log.get("exports")


@dataclass(frozen=True)
class Copy:
    """A copy as its person sees it."""

    id: str
    state: str  # asked | ready | failed
    requested_at: datetime
    byte_size: int
    until: datetime | None  # when it can be downloaded no longer


class Exports:
    """Makes, hands out and removes copies."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        archive: Archive,
        fresh: FreshCodes,
        post: Post,
        folder: Path,
        url: str,
        changed: Callable[[str], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._archive = archive
        self._fresh = fresh
        self._post = post
        self._folder = folder
        self._url = url
        self._changed = changed
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, uow: UnitOfWork, viewer: Viewer) -> None:
        """Begin one. Raises FreshCodeNeeded, Conflict (one is being made)."""
        await self._fresh.require(uow, viewer)
        await uow.lock(viewer.user_id)
        waiting = select(DataExport.id).where(DataExport.user_id == viewer.user_id, DataExport.state == "asked")
        if (await uow.session.exec(waiting)).first() is not None:
            raise Conflict("Your copy is being made already. You get a mail when it is ready.")
        row = DataExport(id=tokens.new_id(), user_id=viewer.user_id, requested_at=self._clock.now())
        uow.session.add(row)
        await uow.session.flush()
        uow.after_commit(lambda: self._start(row.id))

    async def latest(self, uow: UnitOfWork, viewer: Viewer) -> Copy | None:
        """The newest copy that was asked for."""
        found = await uow.session.exec(
            select(DataExport).where(DataExport.user_id == viewer.user_id).order_by(col(DataExport.id).desc()).limit(1)
        )
        row = found.first()
        if row is None:
            return None
        until = periods.EXPORT_LINK.after(row.finished_at) if row.finished_at and row.state == "ready" else None
        if until is not None and until <= self._clock.now():
            until = None
        return Copy(row.id, row.state, row.requested_at, row.byte_size, until)

    async def file(self, uow: UnitOfWork, viewer: Viewer, export_id: str) -> Path:
        """The finished copy, for its person and for a day. Raises NotFound."""
        found = await uow.session.exec(
            select(DataExport).where(
                DataExport.id == export_id,
                DataExport.user_id == viewer.user_id,
                DataExport.state == "ready",
                col(DataExport.finished_at) > periods.EXPORT_LINK.before(self._clock.now()),
            )
        )
        row = found.first()
        if row is None or not self._path(row.id).is_file():
            raise NotFound
        return self._path(row.id)

    async def resume(self) -> None:
        """At the start: copies that a stopped server has not finished."""
        async with self._db.reading() as uow:
            found = await uow.session.exec(select(DataExport.id).where(DataExport.state == "asked"))
            waiting = found.all()
        for export_id in waiting:
            self._start(export_id)

    async def sweep(self, as_of: datetime, dry: bool) -> int:
        """The hourly cleanup: copies that are a week old."""
        old = col(DataExport.requested_at) <= periods.EXPORTS.before(as_of)
        async with self._db.reading() as uow:
            due = (await uow.session.exec(select(DataExport.id).where(old))).all()
        if not dry:
            await self._remove(due)
        return len(due)

    async def remove_all(self, user_id: str) -> int:
        """Every copy of this person, at once."""
        async with self._db.reading() as uow:
            ids = (await uow.session.exec(select(DataExport.id).where(DataExport.user_id == user_id))).all()
        await self._remove(ids)
        return len(ids)

    async def close(self) -> None:
        """Stop; the next start takes up what was not finished."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def finished(self) -> None:
        """Wait for what is being made."""
        await asyncio.gather(*self._under_way)

    async def _remove(self, ids: Sequence[str]) -> None:
        for export_id in ids:
            for path in (self._path(export_id), self._draft(export_id)):
                await asyncio.to_thread(path.unlink, missing_ok=True)
            async with self._db.unit_of_work() as uow:
                row = await uow.session.get(DataExport, export_id)
                if row is not None:
                    await uow.session.delete(row)

    def _start(self, export_id: str) -> None:
        task = asyncio.create_task(self._make(export_id), name="export")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _make(self, export_id: str) -> None:
        try:
            await self._write(export_id)
        except Exception as error:  # noqa: BLE001 - told to the operator, and to the person on the page
            _log.error("export_failed", export=export_id, exc_info=error)
            self._draft(export_id).unlink(missing_ok=True)
            await self._settle(export_id, state="failed")

    async def _write(self, export_id: str) -> None:
        async with self._db.reading() as uow:
            row = await uow.session.get(DataExport, export_id)
            person = await Person.find(uow, row.user_id) if row else None
        if person is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft, path = self._draft(export_id), self._path(export_id)
        draft.unlink(missing_ok=True)
        draft.touch(0o600)
        await self._archive.write(person, draft, self._clock.now())
        size, digest = await asyncio.to_thread(_measure, draft)
        draft.replace(path)
        if not await self._settle(export_id, state="ready", byte_size=size, sha256=digest):
            path.unlink(missing_ok=True)  # the account was deleted meanwhile
            return
        hours = int(periods.EXPORT_LINK.rest.total_seconds() // 3600)
        link = f"{self._url}/account/privacy"
        self._post.send_soon(messages.export_ready(to=person.email_typed, url=link, hours=hours))

    async def _settle(self, export_id: str, **values: object) -> bool:
        async with self._db.unit_of_work() as uow:
            row = await uow.session.get(DataExport, export_id)
            if row is None:
                return False
            row.sqlmodel_update({"finished_at": self._clock.now(), **values})
            uow.after_commit(partial(self._changed, row.user_id))
        return True

    def _path(self, export_id: str) -> Path:
        return self._folder / f"{export_id}.zip"

    def _draft(self, export_id: str) -> Path:
        return self._folder / f"{export_id}.part"


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
