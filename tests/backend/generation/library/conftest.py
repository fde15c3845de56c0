"""A shelf of pictures as rows alone: what is searched needs no pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.library import pages, words
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.models import Image
from tests.conftest import MovableClock
from tests.factories import a_person

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """Ann's pictures, one generation an hour; Bob is the stranger."""

    db: Database
    ann: Viewer
    bob: Viewer
    ids: list[str] = field(default_factory=list)  # of pictures, the oldest first

    async def make(
        self, prompt: str, *, model: str = "kaleidoscope", provider: str = "builtin", owner: str = "ann", count: int = 1
    ) -> list[str]:
        """One generation with its results; returns their ids."""
        at = BEGAN + timedelta(hours=len(self.ids))
        id = tokens.first_id(at)
        made = [f"{id}{position}" for position in range(count)]
        async with self.db.unit_of_work() as uow:
            uow.session.add(
                Generation(
                    id=id,
                    owner_id=f"id-of-{owner}",
                    request_id="r",
                    model=model,
                    provider=provider,
                    prompt=prompt,
                    aspect_ratio="1:1",
                    width=1024,
                    height=1024,
                    count=count,
                    seed=1,
                    params={},
                    price=1,
                    state="done",
                    created_at=at,
                )
            )
            await uow.session.flush()
            await words.add(uow, f"id-of-{owner}", id, prompt)
            uow.session.add_all([_image(image_id, owner, "result", at, id) for image_id in made])
        self.ids += made
        return made

    async def bring(self, kind: str = "source") -> str:
        """A picture that was not made here."""
        at = BEGAN + timedelta(hours=len(self.ids))
        async with self.db.unit_of_work() as uow:
            uow.session.add(_image(tokens.first_id(at), "ann", kind, at, None))
        if kind == "source":
            self.ids.append(tokens.first_id(at))
        return tokens.first_id(at)

    async def found(self, wanted: Filter, *, limit: int = 2, owner: str = "ann") -> list[str]:
        """Everything that a filter finds, read page by page to the end."""
        seen: list[str] = []
        while True:
            async with self.db.reading() as uow:
                page = await pages.page(uow, f"id-of-{owner}", wanted, after=seen[-1] if seen else "", limit=limit)
            seen += [one.picture.id for one in page]
            if len(page) < limit:
                return seen

    async def count(self, wanted: Filter) -> int:
        async with self.db.reading() as uow:
            return await pages.count(uow, self.ann.user_id, wanted)


def _image(id: str, owner: str, kind: str, at: datetime, generation_id: str | None) -> Image:
    return Image(
        id=id,
        owner_id=f"id-of-{owner}",
        kind=kind,
        generation_id=generation_id,
        content_type="image/png",
        width=1024,
        height=1024,
        byte_size=1,
        storage_key=f"results/{id}",
        created_at=at,
    )


@pytest.fixture
async def shelf(db: Database, clock: MovableClock) -> Shelf:
    async with db.unit_of_work() as uow:
        ann, bob = await a_person(uow, "ann", clock.now()), await a_person(uow, "bob", clock.now())
    return Shelf(db, ann, bob)
