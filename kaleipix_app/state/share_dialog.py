"""The dialog in which a link is made or changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import KaleipixError, NotFound
from kaleipix_app.backend.sharing.links import OwnLink
from kaleipix_app.backend.sharing.qr import qr_code
from kaleipix_app.backend.sharing.terms import LONGEST_TITLE, read_terms
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.notices import Notices
from kaleipix_app.state.share_views import DraftView, TermsView, draft_view, terms_told, terms_view


class ShareDialog(rx.State):
    """One dialog for a picture, a generation, a selection, and for a link that is there."""

    draft: DraftView = DraftView()
    terms: TermsView = TermsView()  # what the form begins with
    seen: TermsView = TermsView()  # what the form says now: for the preview
    siblings: int = 0  # pictures of the same generation, if the one on the stage was asked for
    editing: bool = False
    address: str = ""
    list_address: str = "/"  # of the page with all links
    qr: str = ""
    told: str = ""  # what holds for the link
    error: str = ""
    wrong: str = ""  # the field that it is about, if it is about one
    version: int = 0  # grows when the form begins anew
    _image_ids: tuple[str, ...] = ()
    _single: str = ""
    _generation_id: str = ""
    _share_id: str = ""

    @rx.event
    async def ask_picture(self, image_id: str) -> None:
        """Share one picture; its whole generation is offered too."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with self._refusals_told():
            async with parts.db.reading() as uow:
                picture = await parts.images.get(uow, viewer.user_id, image_id)
            await self._ask(viewer, [image_id])
            if picture.generation_id:
                self._single, self._generation_id = image_id, picture.generation_id
                self.siblings = len(await self._results(viewer, picture.generation_id))

    @rx.event
    async def ask_generation(self, generation_id: str) -> None:
        """Share everything that was made at one click."""
        viewer = await viewer_of(self)
        async with self._refusals_told():
            await self._ask(viewer, await self._results(viewer, generation_id))

    @rx.event
    async def ask_link(self, share_id: str) -> None:
        """Change a link that is there."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with self._refusals_told():
            async with parts.db.reading() as uow:
                link = await parts.sharing.links.one(uow, viewer, share_id)
                draft = await parts.sharing.drafts.of_link(uow, viewer, share_id)
            self._begin(draft_view(draft), terms_view(link))
            self._share_id, self.editing = share_id, True
            self._show(link)

    @rx.event
    async def set_whole(self, on: bool) -> None:
        """All pictures of the generation, or the one alone."""
        viewer = await viewer_of(self)
        if self._single and not self.address:
            async with self._refusals_told():
                await self._take(viewer, await self._results(viewer, self._generation_id) if on else [self._single])

    @rx.event
    async def set_title(self, value: str) -> None:
        """For the preview."""
        self._see(title=value[:LONGEST_TITLE])

    @rx.event
    async def set_protected(self, on: bool) -> None:
        """Whether a passcode is asked for."""
        self._see(protected=on)

    @rx.event
    async def set_downloads(self, on: bool) -> None:
        """Whether the original may be saved."""
        self._see(downloads=on)

    @rx.event
    async def set_prompt(self, on: bool) -> None:
        """Whether the page tells the prompt."""
        self._see(prompt=on)

    @rx.event
    async def set_source(self, on: bool) -> None:
        """Whether the page shows what it was made from."""
        self._see(source=on)

    @rx.event
    async def submit(self, form: dict[str, Any]) -> None:
        """Make the link, or write its changed terms."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        if not self._image_ids and not self._share_id:
            return
        with sentences(self._show_error, self._note_field):
            terms = await read_terms(form, parts.sharing.passcodes, editing=self.editing)
            async with parts.db.unit_of_work() as uow:
                if self.editing:
                    link = await parts.sharing.links.edit(uow, viewer, self._share_id, terms)
                else:
                    link = await parts.sharing.links.create(uow, viewer, self._image_ids, terms)
            if self.editing:
                self._close()
            else:
                self.list_address = f"/w/{viewer.username}/shares"
                self._show(link)

    @rx.event
    async def dismiss(self) -> None:
        """Done, or rather not."""
        self._close()

    @asynccontextmanager
    async def _refusals_told(self) -> AsyncIterator[None]:
        """There is no dialog then in which to say why: the line at the foot of the page does."""
        try:
            yield
        except KaleipixError as error:
            self._close()
            notices = await self.get_state(Notices)
            notices.text = error.sentence

    async def _ask(self, viewer: Viewer, image_ids: Sequence[str]) -> None:
        """Open the dialog for these pictures; handlers of other pages call it with a selection. Raises NotFound."""
        self._begin(DraftView(), TermsView())
        await self._take(viewer, image_ids)

    async def _take(self, viewer: Viewer, image_ids: Sequence[str]) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            draft = await parts.sharing.drafts.of(uow, viewer, image_ids)
        self._image_ids, self.draft = draft.image_ids, draft_view(draft)

    async def _results(self, viewer: Viewer, generation_id: str) -> list[str]:
        parts = container.get()
        async with parts.db.reading() as uow:
            results = (await parts.images.of_generations(uow, viewer.user_id, [generation_id]))[generation_id]
        if not results:
            raise NotFound("These pictures are not there any more.")
        return [picture.id for picture in results]

    def _begin(self, draft: DraftView, terms: TermsView) -> None:
        self._close()
        self.draft, self.terms, self.seen = draft, terms, terms
        self.version += 1

    def _close(self) -> None:
        self.draft = DraftView()
        self.address = self.qr = self.told = self.error = ""
        self.siblings, self.editing = 0, False
        self._image_ids = ()
        self._single = self._generation_id = self._share_id = ""

    def _see(self, **changed: Any) -> None:
        self.seen = TermsView(**{**vars(self.seen), **changed})

    def _show(self, link: OwnLink) -> None:
        self.address, self.qr = link.address, qr_code(link.address) if link.address else ""
        self.told = terms_told(link)

    def _show_error(self, sentence: str) -> None:
        self.error, self.wrong = sentence, ""

    def _note_field(self, code: str) -> None:
        self.wrong = code
