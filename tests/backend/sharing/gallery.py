"""Ann shares pictures; viewers come with nothing but the address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image as Pillow
from starlette.types import ASGIApp

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.sharing.links import OwnLink
from kaleipix_app.backend.sharing.terms import Terms, read_terms
from tests.backend.media.samples import file
from tests.conftest import MovableClock
from tests.house import House

PASSCODE = "open sesame"
SUMMER: dict[str, Any] = {"title": "Our summer", "expiry": "7", "downloads": True}


@dataclass
class Gallery:
    """An installation, and its doors to the outside."""

    house: House
    clock: MovableClock

    @property
    def parts(self) -> Container:
        return self.house.parts

    async def share(self, *image_ids: str, **terms: Any) -> OwnLink:
        """A link of Ann's, to the picture that she made unless others are named."""
        return await self.create(image_ids or (self.house.result_id,), await self.terms(**terms))

    async def terms(self, **typed: Any) -> Terms:
        return await read_terms({**SUMMER, **typed}, self.parts.sharing.passcodes)

    async def create(self, image_ids: Sequence[str], terms: Terms) -> OwnLink:
        async with self.parts.db.unit_of_work() as uow:
            return await self.parts.sharing.links.create(uow, self.house.ann, image_ids, terms)

    async def revoke(self, link: OwnLink) -> None:
        async with self.parts.db.unit_of_work() as uow:
            await self.parts.sharing.links.revoke(uow, self.house.ann, link.id)

    async def more(self, count: int) -> list[str]:
        """Pictures that Ann brought."""
        photo = file(Pillow.new("RGB", (40, 30)), "PNG")
        images, ann = self.parts.images, self.house.ann.user_id
        return [(await images.keep_source(self.parts.db, ann, photo)).id for _ in range(count)]

    @asynccontextmanager
    async def another_process(self) -> AsyncIterator[Container]:
        """All parts once more, on the same data."""
        parts = Container(self.parts.settings, clock=self.clock)
        yield parts
        parts.ingest.close()
        await parts.db.close()

    def browser(self, address: str = "203.0.113.7", *, house: ASGIApp | None = None) -> httpx.AsyncClient:
        """Somebody with the whole house in front of them, as it is served, but without the front end's files."""
        app = self.parts.share_lane(house or self.parts.guard(self.parts.api_app()))
        base = self.parts.settings.url
        transport = httpx.ASGITransport(app, client=(address, 1234))
        return httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base})


def path_of(link: OwnLink) -> str:
    return "/s/" + link.address.rpartition("/s/")[2]


async def unlock(browser: httpx.AsyncClient, link: OwnLink, passcode: str = PASSCODE) -> httpx.Response:
    return await browser.post(path_of(link), data={"passcode": passcode})
