"""A whole installation to break into: Ann owns pictures, Bob is a stranger, both are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.request import Draft
from tests.factories import a_person


@dataclass
class House:
    """The installation, its people, and what Ann owns."""

    parts: Container
    ann: Viewer
    bob: Viewer
    cookies: dict[str, str] = field(default_factory=dict)
    source_id: str = ""
    result_id: str = ""
    done_id: str = ""
    queued_id: str = ""
    SECRET = "a prompt that only Ann knows"

    @property
    def owned(self) -> tuple[str, ...]:
        """Every id of Ann's that a stranger could try."""
        return (self.source_id, self.result_id, self.done_id, self.queued_id)

    async def own(self) -> None:
        """Ann brings a picture, makes one from it, and has another one waiting."""
        parts = self.parts
        buffer = BytesIO()
        Pillow.new("RGB", (300, 200), "teal").save(buffer, "PNG")
        prepared = await parts.images.prepare(buffer.getvalue())
        async with parts.db.unit_of_work() as uow:
            self.source_id = (await parts.images.add_source(uow, self.ann.user_id, prepared)).id
        self.done_id = await self.request()
        (lease,) = await parts.queue.claim("test", {"builtin": 1})
        await parts.engine._worker.run(lease)
        async with parts.db.reading() as uow:
            record = await parts.history.one(uow, self.ann.user_id, self.done_id)
        self.result_id = record.results[0].id
        self.queued_id = await self.request()

    async def request(self) -> str:
        draft = Draft("kaleidoscope", self.SECRET, "1:1", params={"style": "pixel"}, source_id=self.source_id)
        async with self.parts.db.unit_of_work() as uow:
            return await self.parts.generations.request(uow, self.ann, draft)


async def _signed_in(parts: Container, name: str) -> tuple[Viewer, str]:
    async with parts.db.unit_of_work() as uow:
        viewer = await a_person(uow, name, parts.clock.now())
        user = await uow.session.get(User, viewer.user_id)
        assert user is not None
        secret = await parts.sessions.start(uow, user)
    return viewer, f"{parts.cookies.session}={secret}"


async def a_house(parts: Container) -> House:
    """People and pictures in a fresh installation."""
    async with parts.db.engine.begin() as connection:
        await connection.run_sync(parts.tables.create_all)
    (ann, ann_cookie), (bob, bob_cookie) = await _signed_in(parts, "ann"), await _signed_in(parts, "bob")
    made = House(parts, ann, bob, {"ann": ann_cookie, "bob": bob_cookie})
    await made.own()
    return made


class ModelHouse:
    """A house that is built once and copied for each test, folder and all: building takes most of a second."""

    def __init__(self, folder: Path, build: Callable[[Path], Awaitable[House]]) -> None:
        self._folder = folder
        self._build = build
        self._built: House | None = None

    async def copy_to(self, data_dir: Path) -> None:
        """The same people, pictures and keys in another data folder."""
        if self._built is None:
            self._built = await self._build(self._folder)
            await left(self._built.parts)
        shutil.copytree(self._folder, data_dir)

    def in_(self, parts: Container) -> House:
        """The copy that these parts have their data in."""
        assert self._built is not None
        return replace(self._built, parts=parts)


async def left(parts: Container) -> None:
    """Close what a house holds open."""
    for provider in parts.providers.values():
        await provider.close()
    parts.ingest.close()
    await parts.db.close()
