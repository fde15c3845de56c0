"""The two picture routes with everything real behind them: sessions, SQLite, disk. For test_uploads and test_media."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from sqlmodel import func, select
from starlette.applications import Starlette

from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.api import answers, media, uploads
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.masks import Masks
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.storage import Storage
from tests.conftest import MovableClock

ADDRESS = "http://studio.test"


class PicturesApp:
    """The application, and two people who are signed in: an owner and a stranger."""

    def __init__(self, db: Database, clock: MovableClock, folder: Path) -> None:
        self.db = db
        self.clock = clock
        self.folder = folder
        self.storage = Storage(folder / "media")
        self.ingest = Ingest(2)
        self.images = Images(self.storage, self.ingest, clock)
        self.sessions = Sessions(clock)
        self.cookies = Cookies(secure=False)
        self.secrets: dict[str, str] = {}
        identity = Identity(db, self.sessions, self.cookies)
        self.app = Starlette(
            routes=[
                *uploads.routes(db, identity, self.images, Masks(db, self.images), folder),
                *media.routes(db, identity, self.images, self.storage),
            ],
            exception_handlers={KaleipixError: answers.expected, Exception: answers.unexpected},
        )

    async def sign_in(self, name: str) -> None:
        """A new person with one session."""
        now = self.clock.now()
        person = User(
            id=name,
            email=f"{name}@example.org",
            email_typed=f"{name}@example.org",
            username=name,
            username_skeleton=name,
            adult_confirmed_at=now,
            created_at=now,
        )
        async with self.db.unit_of_work() as uow:
            uow.session.add(person)
            await uow.session.flush()
            self.secrets[name] = await self.sessions.start(uow, person)

    def cookie(self, name: str | None) -> dict[str, str]:
        """The header that this person's browser sends; none for nobody."""
        return {"cookie": f"{self.cookies.session}={self.secrets[name]}"} if name else {}

    def browser(self, name: str | None) -> httpx.AsyncClient:
        """A client of this person, or of nobody."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=self.cookie(name))

    async def left(self) -> tuple[list[str], int]:
        """Files on disk (temporary ones too) and rows."""
        parts = (self.folder / "media", self.folder / "tmp")
        files = [path.name for part in parts for path in part.rglob("*") if path.is_file()]
        async with self.db.reading() as uow:
            return files, (await uow.session.exec(select(func.count()).select_from(Image))).one()


@asynccontextmanager
async def pictures_app(db: Database, clock: MovableClock, folder: Path) -> AsyncIterator[PicturesApp]:
    house = PicturesApp(db, clock, folder)
    for name in ("owner", "stranger"):
        await house.sign_in(name)
    yield house
    house.ingest.close()
