"""One picture of the library, looked at closely, and what can be made from it again."""

from __future__ import annotations

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.library import Library
from kaleipix_app.state.library_views import DetailView, detail_view
from kaleipix_app.state.selection import Chosen
from kaleipix_app.state.studio import Studio

_WAYS = ("remix", "all", "prompt", "seed")


class PictureDetail(rx.State):
    """What the dialog shows."""

    shown: DetailView = DetailView()

    @rx.event
    async def show(self, image_id: str) -> None:
        """Look at this one."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        with sentences(library._show_error):
            await self._show(viewer, image_id)

    @rx.event
    async def close(self) -> None:
        """Back to the grid."""
        self.shown = DetailView()

    @rx.event
    async def favourite(self, image_id: str) -> None:
        """Mark the picture or unmark it: here, in the grid and on the stage."""
        viewer = await viewer_of(self)
        library, studio = await self.get_state(Library), await self.get_state(Studio)
        parts = container.get()
        with sentences(library._show_error if library._is_here() else studio._show_error):
            async with parts.db.unit_of_work() as uow:
                picture = await parts.images.get(uow, viewer.user_id, image_id)
                await parts.library.set_favourite(uow, viewer, [image_id], not picture.is_favourite)
            if self.shown.id == image_id:
                await self._show(viewer, image_id)
            if studio.stage.id == image_id:
                await studio._show(viewer, image_id)
            if library.ready and library._wanted.favourites and picture.is_favourite:
                await library._take_out(viewer, [image_id])
            elif library.ready:
                await library._show_anew(viewer, [image_id])

    @rx.event
    async def delete(self) -> rx.event.EventSpec | None:
        """Into the trash, with undo."""
        image_id, self.shown = self.shown.id, DetailView()
        return Chosen.delete(image_id) if image_id else None

    @rx.event
    async def use(self, way: str) -> rx.event.EventSpec | None:
        """Open the studio with the composer filled from this picture: remix, all, prompt or seed."""
        viewer = await viewer_of(self)
        library, composer = await self.get_state(Library), await self.get_state(Composer)
        if not self.shown.is_result or way not in _WAYS:
            return None
        parts = container.get()
        taken = False
        with sentences(library._show_error):
            async with parts.db.reading() as uow:
                detail = await parts.library.detail(uow, viewer.user_id, self.shown.id)
            await composer._take_over(viewer, detail, way)
            taken = True
        self.shown = DetailView()
        return rx.redirect(f"/w/{viewer.username}") if taken else None

    async def _refresh(self, viewer: Viewer) -> None:
        """Something changed: what is gone by now is not looked at any longer, nor can anything be done with it."""
        parts = container.get()
        async with parts.db.reading() as uow:
            kept = await parts.images.kept(uow, viewer.user_id, [self.shown.id])
        if not kept:
            self.shown = DetailView()
            library = await self.get_state(Library)
            library._show_error("This picture is not there any more.")

    async def _show(self, viewer: Viewer, image_id: str) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            self.shown = detail_view(await parts.library.detail(uow, viewer.user_id, image_id))
