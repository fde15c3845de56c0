"""The page of a person's links."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.share_views import LinkView, TakenDownView, link_view, taken_down_view
from kaleipix_app.state.tabs import TABS

_PAGE = 20
_MOST = 100  # on one screen: an event stays small


class Shares(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    name: str = ""
    links: list[LinkView] = []
    taken_down: list[TakenDownView] = []
    has_more: bool = False
    is_full: bool = False  # there are older ones, and no room for them
    asks_all: bool = False
    error: str = ""
    told: str = ""
    _shown: int = _PAGE

    @rx.event
    async def open(self) -> rx.event.EventSpec | None:
        """The page was opened or reloaded."""
        viewer = await viewer_of(self)
        if self.username not in ("", viewer.username):  # a link inside the page; the server decides direct visits
            return rx.redirect(f"/w/{viewer.username}/shares")
        parts = container.get()
        async with parts.db.unit_of_work() as uow:
            await parts.sessions.seen(uow, viewer.session_id)
        TABS.add(viewer.user_id, self.router.session.client_token)
        self.error = self.told = ""
        self.name, self._shown = viewer.username, _PAGE
        await self._read(viewer)
        self.ready = True
        return None

    @rx.event
    async def revoke(self, share_id: str) -> None:
        """End one link."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = self.told = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.sharing.links.revoke(uow, viewer, share_id)
            self.told = "The link has ended. Whoever opens it sees nothing any more."
        await self._read(viewer)

    @rx.event
    async def ask_all(self) -> None:
        """Ask first."""
        self.asks_all = True

    @rx.event
    async def dismiss(self) -> None:
        """Not after all."""
        self.asks_all = False

    @rx.event
    async def revoke_all(self) -> None:
        """End all of them."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error, self.told, self.asks_all = "", "", False
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.sharing.links.revoke_all(uow, viewer)
            self.told = "All links have ended."
        await self._read(viewer)

    @rx.event
    async def show_more(self) -> None:
        """Older links."""
        viewer = await viewer_of(self)
        self._shown = min(self._shown + _PAGE, _MOST)
        await self._read(viewer)

    async def _read(self, viewer: Viewer) -> None:
        """Rows → views. Assigns only what differs, because an assignment is sent to the browser."""
        parts = container.get()
        async with parts.db.reading() as uow:
            found = await parts.sharing.links.live(uow, viewer, self._shown + 1)
            taken = [taken_down_view(one) for one in await parts.sharing.links.taken_down(uow, viewer)]
        links = [link_view(link) for link in found[: self._shown]]
        for name, value in {
            "links": links,
            "taken_down": taken,
            "has_more": self._shown < min(len(found), _MOST),
            "is_full": len(found) > _MOST,
        }.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _show_error(self, sentence: str) -> None:
        self.error = sentence
