"""What is selected in the library, and what is done with all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.generation.library.filters import Filter, Selection
from kaleipix_app.backend.generation.library.pages import MOST_COUNTED
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.library import Library
from kaleipix_app.state.library_views import total_text
from kaleipix_app.state.share_dialog import ShareDialog
from kaleipix_app.state.trash import TrashBin

_MOST_NAMED = 20_000  # pictures that are selected one by one


@dataclass(frozen=True)
class _Moved:
    """Pictures that were put into a collection or taken out of it."""

    collection_id: str = ""
    ids: tuple[str, ...] = ()
    was_in: bool = False


class Chosen(rx.State):
    """Named pictures, or everything that a filter finds except those that are named.

    The filter is that of the list they were selected in: what is done is done to them, whatever is looked at by then.
    """

    picking: bool = False  # a tap selects, also the first one
    count: str = ""  # how many, as people say it; empty when nothing is selected
    everything: bool = False
    cleared: int = 0  # grows when the grid has to forget its marks
    told: str = ""  # what was done with what was selected
    undoable: bool = False  # what is told
    naming: str = ""  # the dialog for a name that is open: new, rename, delete
    about: str = ""  # the name of the collection that it was opened for, whatever is looked at by then
    error: str = ""
    _ids: set[str] = set()
    _filter: Filter = Filter()  # of everything
    _total: int = 0
    _moved: _Moved = _Moved()  # by what is told
    _about: str = ""

    @rx.event
    async def toggle(self, image_id: str, on: bool) -> None:
        """One picture."""
        if on != self.everything:
            self._ids = {*self._ids, image_id[:64]} if len(self._ids) < _MOST_NAMED else self._ids
        else:
            self._ids = self._ids - {image_id}
        self._tell()

    @rx.event
    async def span(self, first: str, last: str) -> None:
        """All from one picture to another, as the list has them."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        low, high = sorted((first, last))
        parts = container.get()
        async with parts.db.reading() as uow:
            found = await parts.library.between(uow, viewer.user_id, library._wanted, low, high)
        self._ids = self._ids - set(found) if self.everything else {*self._ids, *found[:_MOST_NAMED]}
        self._tell()

    @rx.event
    async def select_all(self) -> None:
        """Everything that the filter finds, also what was never on the screen."""
        library = await self.get_state(Library)
        self.everything, self._ids, self._filter, self._total = True, set(), library._wanted, library.found
        self._tell()

    @rx.event
    async def pick(self, on: bool) -> None:
        """Begin to select without having anything yet, or be done with it."""
        self._clear()
        self.picking = on

    @rx.event
    async def clear(self) -> None:
        """Nothing; whoever selects by taps goes on."""
        picking = self.picking
        self._clear()
        self.picking = picking

    @rx.event
    async def mark(self, on: bool) -> None:
        """Favourites, or not."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        parts = container.get()
        with sentences(library._show_error):
            ids = await self._chosen(viewer)
            async with parts.db.unit_of_work() as uow:
                await parts.library.set_favourite(uow, viewer, ids, on)
            self._clear()
            if library._wanted.favourites and not on:
                await library._take_out(viewer, ids)
            elif len(ids) <= 40:
                await library._show_anew(viewer, ids)
            else:
                await library._start_over(viewer)

    @rx.event
    async def delete(self, image_id: str) -> None:
        """One picture or, if none is named, all that are selected, into the trash."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        parts = container.get()
        with sentences(library._show_error):
            ids = [image_id] if image_id else await self._chosen(viewer)
            async with parts.db.unit_of_work() as uow:
                removed = await parts.deletions.delete_many(uow, viewer, ids)
            if removed.stayed:
                library.error = f"Pictures that something is being made from stayed: {removed.stayed:,}."
            await self._deleted(viewer, removed.ids)

    @rx.event
    async def zip(self) -> rx.event.EventSpec | None:
        """Take them home."""
        viewer = await viewer_of(self)
        name = container.get().selections.keep(viewer.user_id, self._selection())
        return rx.download(url=f"/api/library.zip?selection={name}", filename="kaleipix.zip")

    @rx.event
    async def share(self) -> None:
        """A link to them."""
        viewer = await viewer_of(self)
        library, dialog = await self.get_state(Library), await self.get_state(ShareDialog)
        with sentences(library._show_error):
            await dialog._ask(viewer, await self._chosen(viewer))

    @rx.event
    async def put_into(self, collection_id: str) -> None:
        """Into a collection."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        if not collection_id:
            return
        with sentences(library._show_error):
            await self._put_into(viewer, collection_id)

    @rx.event
    async def take_out(self) -> None:
        """Out of the collection that is looked at."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        parts = container.get()
        with sentences(library._show_error):
            ids = await self._chosen(viewer)
            async with parts.db.unit_of_work() as uow:
                await parts.collections.remove(uow, viewer, library._wanted.collection, ids)
            self._clear()
            self._tell_moved(_Moved(library._wanted.collection, tuple(ids), was_in=True), library.collection)
            await library._take_out(viewer, ids)

    @rx.event
    async def undo(self) -> None:
        """What was put into a collection, or taken out of it, is where it was."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        parts, moved = container.get(), self._moved
        self.told, self._moved = "", _Moved()
        if not moved.ids:
            return
        with sentences(library._show_error):
            async with parts.db.unit_of_work() as uow:
                if moved.was_in:
                    await parts.collections.add(uow, viewer, moved.collection_id, moved.ids)
                else:
                    await parts.collections.remove(uow, viewer, moved.collection_id, moved.ids)
            if library._wanted.collection == moved.collection_id:
                await library._start_over(viewer)

    @rx.event
    async def ask_name(self, kind: str) -> None:
        """Before a collection is made or gets another name."""
        library = await self.get_state(Library)
        self.naming, self.error = kind if kind in ("new", "rename", "delete") else "", ""
        self.about, self._about = library.collection, library._wanted.collection

    @rx.event
    async def name(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The dialog was answered: a new collection with what is selected, another name, or its end."""
        viewer = await viewer_of(self)
        library = await self.get_state(Library)
        name, kind = str(form.get("name", "")), self.naming
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                if kind == "new":
                    made = await parts.collections.create(uow, viewer, name)
                elif kind == "rename":
                    await parts.collections.rename(uow, viewer, self._about, name)
                elif kind == "delete":
                    await parts.collections.delete(uow, viewer, self._about)
                else:
                    raise BadInput("Choose what to do first.")
            self.naming = ""
            if kind == "new" and self.count:
                await self._put_into(viewer, made.id)
            await library._read_collections(viewer)
            if kind == "delete" and library._wanted.collection == self._about:
                return Library.narrow("collection", "")
        return None

    async def _put_into(self, viewer: Viewer, collection_id: str) -> None:
        parts = container.get()
        ids = await self._chosen(viewer)
        async with parts.db.unit_of_work() as uow:
            added = await parts.collections.add(uow, viewer, collection_id, ids)
            mine = await parts.collections.mine(uow, viewer.user_id)
        name = next(one.name for one in mine if one.id == collection_id)
        self._clear()
        self._tell_moved(_Moved(collection_id, tuple(added)), name)

    def _tell_moved(self, moved: _Moved, name: str) -> None:
        self._moved, self.undoable = moved, bool(moved.ids)
        way = "taken out of" if moved.was_in else "put into"
        self.told = f"{counted(len(moved.ids), 'picture')} {way} “{name}”." if moved.ids else f"Already in “{name}”."

    async def _deleted(self, viewer: Viewer, ids: Sequence[str]) -> None:
        if not ids:
            raise NotFound
        self._clear()
        self.told = ""  # its undo would be mistaken for that of the deletion
        library, trash = await self.get_state(Library), await self.get_state(TrashBin)
        await library._take_out(viewer, ids)
        await trash._offer_undo(viewer, ids)

    async def _chosen(self, viewer: Viewer) -> list[str]:
        """Those that are selected. Raises Conflict: since all were selected, others have come that nobody meant."""
        parts = container.get()
        async with parts.db.reading() as uow:
            ids = await parts.library.chosen(uow, viewer.user_id, self._selection())
        is_counted = self._total != MOST_COUNTED + 1
        if self.everything and is_counted and len(ids) > self._total - len(self._ids):
            self._clear()
            library = await self.get_state(Library)
            await library._start_over(viewer)
            raise Conflict("There are more pictures in this list by now. Look at them, then select again.")
        return ids

    def _selection(self) -> Selection:
        return Selection(frozenset(self._ids), self._filter if self.everything else None)

    @rx.event
    async def let_go(self) -> None:
        """What was told has been read."""
        self.told = ""

    def _tell(self) -> None:
        self.told = ""
        if self.everything:
            beyond = self._total == MOST_COUNTED + 1  # counted no further
            self.count = total_text(self._total if beyond else max(0, self._total - len(self._ids)))
        else:
            self.count = f"{len(self._ids):,}" if self._ids else ""

    def _clear(self) -> None:
        if self.naming == "new":  # for what is not selected any more
            self.naming = ""
        self.picking, self.count, self.everything, self._ids = False, "", False, set()
        self.cleared += 1

    def _show_error(self, sentence: str) -> None:
        self.error = sentence
