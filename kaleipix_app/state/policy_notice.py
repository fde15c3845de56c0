"""A significant change of the privacy policy, told in every tab until it is acknowledged in one of them."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.state.guard import viewer_of


@dataclass(frozen=True)
class PolicyNoticeView:
    """What is told. Number 0: nothing."""

    number: int = 0
    sentence: str = ""
    address: str = ""


class PolicyNotice(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    shown: PolicyNoticeView = PolicyNoticeView()

    @rx.event
    async def open(self) -> None:
        """A page of the workspace was opened or reloaded."""
        await self._read(await viewer_of(self))
        self.ready = True

    @rx.event
    async def acknowledge(self) -> None:
        """The person knows of it now: it goes from all their tabs."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.unit_of_work() as uow:
            await parts.announcing.acknowledge(uow, viewer, self.shown.number)
        await self._read(viewer)

    async def _read(self, viewer: Viewer) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            found = await parts.announcing.open(uow, viewer.user_id)
        view = PolicyNoticeView()
        if found is not None:
            verb = "changes" if found.is_coming else "changed"
            view = PolicyNoticeView(found.number, f"The privacy policy {verb} on {found.day}.", found.address)
        if view != self.shown:
            self.shown = view
