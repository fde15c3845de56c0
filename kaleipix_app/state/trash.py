"""Delete, undo and the trash, as one tab shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.state.composer import MOST_SOURCES, Composer
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.library import Library
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import QuestionView, SourceView, TrashView, excerpt, trash_view

_PAGE = 30  # pictures of the trash at a time
_MOST = 10 * _PAGE


class TrashBin(rx.State):
    """What can be undone, what lies in the trash, and the question before anything goes for ever."""

    shown: bool = False
    items: list[TrashView] = []
    has_more: bool = False
    is_full: bool = False  # there are older ones, and no room for them
    error: str = ""
    undo: str = ""  # what was deleted, in a sentence; empty when there is nothing to undo
    undo_version: int = 0
    question: QuestionView = QuestionView()
    _limit: int = _PAGE
    _undoable: list[str] = []
    _from_tray: list[SourceView] = []  # of those
    _asked: tuple[str, ...] = ()  # the pictures, or the generation, that the question is about

    @rx.event
    async def toggle(self) -> None:
        """The trash instead of the history, and back."""
        viewer = await viewer_of(self)
        self.shown, self.error, self._limit = not self.shown, "", _PAGE
        await self._read(viewer)

    @rx.event
    async def show_more(self) -> None:
        """What was deleted earlier."""
        viewer = await viewer_of(self)
        self._limit = min(self._limit + _PAGE, _MOST)
        await self._read(viewer)

    @rx.event
    async def delete(self, image_id: str) -> None:
        """A picture into the trash, at once; the tray forgets it if it was a source."""
        viewer = await viewer_of(self)
        studio = await self.get_state(Studio)
        parts = container.get()
        with sentences(studio._show_error):
            async with parts.db.unit_of_work() as uow:
                picture = await parts.deletions.delete(uow, viewer, image_id)
            await self._deleted(viewer, [picture])

    @rx.event
    async def delete_results(self, generation_id: str) -> None:
        """All pictures of a generation into the trash, at once."""
        viewer = await viewer_of(self)
        studio = await self.get_state(Studio)
        parts = container.get()
        with sentences(studio._show_error):
            async with parts.db.unit_of_work() as uow:
                pictures = await parts.deletions.delete_results(uow, viewer, generation_id)
            await self._deleted(viewer, pictures)

    @rx.event
    async def take_back(self) -> None:
        """Undo the last deletion."""
        await self._restore(self._undoable)

    @rx.event
    async def let_go(self) -> None:
        """The time to undo is over; the trash still has it."""
        self._let_go()

    @rx.event
    async def restore(self, image_id: str) -> None:
        """Back to where it was."""
        await self._restore([image_id])

    @rx.event
    async def ask_picture(self, image_id: str) -> None:
        """Before one picture of the trash goes for ever."""
        await self._ask(image_id)

    @rx.event
    async def ask_all(self) -> None:
        """Before the whole trash goes for ever."""
        await self._ask("")

    @rx.event
    async def ask_prompt(self, generation_id: str) -> None:
        """Before the prompt of a generation without pictures goes for ever."""
        viewer = await viewer_of(self)
        studio = await self.get_state(Studio)
        parts = container.get()
        with sentences(studio._show_error):
            async with parts.db.reading() as uow:
                record = await parts.history.one(uow, viewer.user_id, generation_id)
            self._asked = (record.id,)
            self.question = QuestionView("prompt", prompt=excerpt(record.prompt))

    @rx.event
    async def dismiss(self) -> None:
        """Nothing goes."""
        self.question, self._asked = QuestionView(), ()

    @rx.event
    async def erase(self, form: dict[str, Any]) -> None:
        """The question was answered with yes."""
        viewer = await viewer_of(self)
        kind, chosen, self.question = self.question.kind, self._asked, QuestionView()
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            if kind == "prompt":
                await parts.deletions.erase_prompt(viewer, *chosen)
            elif kind:
                with_prompt = form.get("with_prompt") in (True, "on", "true")
                await parts.deletions.erase(viewer, frozenset(chosen), with_prompt=with_prompt)
                if not set(chosen).isdisjoint(self._undoable):
                    self._let_go()
        await self._read_all(viewer)

    async def _ask(self, image_id: str) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        async with parts.db.reading() as uow:
            deleted = await parts.deletions.trash(uow, viewer)
        asked = [one for one in deleted if image_id in ("", one.picture.id)]
        if not asked:
            self.error = "This picture is no longer in the trash."
            return
        prompts = [one.prompt for one in asked if one.is_last and one.prompt]
        self._asked = tuple(one.picture.id for one in asked)
        self.question = QuestionView(
            "picture" if image_id else "all",
            count=f"{len(asked):,}",
            offers_prompt=bool(prompts),
            prompt=excerpt(prompts[0]) if image_id and prompts else "",
        )

    async def _deleted(self, viewer: Viewer, pictures: Sequence[Picture]) -> None:
        await self._offer_undo(viewer, [picture.id for picture in pictures])

    async def _offer_undo(self, viewer: Viewer, image_ids: Sequence[str]) -> None:
        self._undoable = list(image_ids)
        count = len(image_ids)
        self.undo = (
            "Deleted. It is kept in the trash for 30 days."
            if count == 1
            else f"{count:,} pictures deleted. They are kept in the trash for 30 days."
        )
        self.undo_version += 1
        composer, gone = await self.get_state(Composer), set(image_ids)
        self._from_tray = [source for source in composer.sources if source.id in gone]
        if self._from_tray:
            composer.sources = [source for source in composer.sources if source.id not in gone]
        await self._read_all(viewer)

    def _let_go(self) -> None:
        self.undo, self._undoable, self._from_tray = "", [], []

    async def _restore(self, image_ids: Sequence[str]) -> None:
        viewer = await viewer_of(self)
        if not image_ids:
            return
        studio = await self.get_state(Studio)
        parts = container.get()
        undone, from_tray = list(image_ids) == self._undoable, self._from_tray
        self.error = ""
        pictures: list[Picture] = []
        library = await self.get_state(Library)
        page = library if library._is_here() else studio
        with sentences(page._show_error if undone else self._show_error):
            async with parts.db.unit_of_work() as uow:
                pictures = await parts.deletions.restore(uow, viewer, image_ids)
        if set(image_ids) & set(self._undoable):
            self._let_go()
        await self._read_all(viewer)
        await library._take_back(viewer, [picture.id for picture in pictures])
        results = [picture.id for picture in pictures if picture.kind == "result"]
        if results and studio.ready:
            await studio._show(viewer, results[0])
        if undone and pictures and from_tray:
            composer = await self.get_state(Composer)
            again = {source.id for source in composer.sources}
            back = [source for source in from_tray if source.id not in again]
            composer.sources = [*composer.sources, *back][:MOST_SOURCES]

    async def _read_all(self, viewer: Viewer) -> None:
        studio = await self.get_state(Studio)
        if studio.ready:
            await studio._read(viewer)
        await self._read(viewer)

    async def _read(self, viewer: Viewer) -> None:
        """Rows → views, while anybody looks at them."""
        if not self.shown:
            self.items, self.has_more, self.is_full = [], False, False
            return
        parts = container.get()
        async with parts.db.reading() as uow:
            deleted = await parts.deletions.trash(uow, viewer, self._limit + 1)
        items = [trash_view(one) for one in deleted[: self._limit]]
        if items != self.items:
            self.items = items
        self.has_more = self._limit < min(len(deleted), _MOST)
        self.is_full = len(deleted) > _MOST

    def _show_error(self, sentence: str) -> None:
        self.error = sentence
