"""The library as one tab shows it: its filter, its pages, and what changes in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.generation.library.filters import LONGEST_TEXT, Filter
from kaleipix_app.backend.generation.library.pages import MOST_COUNTED, PAGE, Kept
from kaleipix_app.state.guard import viewer_of
from kaleipix_app.state.library_address import address_of, day_of, filter_of, query_of
from kaleipix_app.state.library_views import (
    ChangeView,
    DaysView,
    FilterView,
    OptionView,
    PageView,
    days_text,
    filter_view,
    provider_name,
    tile_view,
    total_text,
)
from kaleipix_app.state.tabs import TABS

_KEYS = ("q", "model", "provider", "kind", "favourites", "collection", "from", "to", "sort")
_MOST_SKIPPED = 1_000_000  # pictures of one day
_MOST_TOLD = 300  # ids of removed pictures in one event


class Library(rx.State):
    """A view cache of the database for one tab."""

    ready: bool = False
    username_shown: str = ""
    page: PageView = PageView()
    days: DaysView = DaysView()
    change: ChangeView = ChangeView()
    total: str = ""
    found: int = 0
    filter: FilterView = FilterView()
    models: list[OptionView] = []
    providers: list[OptionView] = []
    collections: list[OptionView] = []
    collection: str = ""  # the name of the one that is looked at
    search_version: int = 0  # grows when the search field has to show another text than was typed
    error: str = ""
    _zone: str = "UTC"
    _wanted: Filter = Filter()
    _typed: str = ""  # what the search field holds
    _first: str = ""  # id of the first picture in the list
    _removed: set[str] = set()  # by the latest deletion from here

    @rx.event
    async def open(self) -> rx.event.EventSpec | None:
        """The page was opened, reloaded, or its address has another filter."""
        viewer = await viewer_of(self)
        if self.username not in ("", viewer.username):  # a link inside the page; the server decides direct visits
            return rx.redirect(f"/w/{viewer.username}/library")
        parts = container.get()
        if not self.ready:
            async with parts.db.unit_of_work() as uow:
                await parts.sessions.seen(uow, viewer.session_id)
        self.username_shown = viewer.username
        TABS.add(viewer.user_id, self.router.session.client_token)
        self._wanted = filter_of(dict(self.router.url.query_parameters), self._zone)
        self.filter, self.error = filter_view(self._wanted), ""
        if self._wanted.text != self._typed.strip():
            self.search_version, self._typed = self.search_version + 1, self._wanted.text
        self.models = [OptionView(model.id, model.name) for model in parts.models.values()]
        keys = sorted({model.provider for model in parts.models.values()})
        self.providers = [OptionView(key, provider_name(key)) for key in keys]
        await self._read_collections(viewer)
        await self._start_over(viewer, opened=True)
        self.ready = True
        return None

    @rx.event
    async def fill(self, day: str, skip: int) -> None:
        """A page from anywhere: from that day on, without its first so many."""
        viewer = await viewer_of(self)
        parts, wanted = container.get(), day_of(day)
        if wanted is None or not 0 <= skip < _MOST_SKIPPED:
            return
        async with parts.db.reading() as uow:
            kept = await parts.library.from_place(uow, viewer.user_id, self._wanted, wanted, skip)
        tiles = [tile_view(one) for one in kept]
        self.page = PageView(self.page.version, f"{day} {skip}", tiles, oldest=self._wanted.oldest_first)

    @rx.event
    async def tell_days(self) -> None:
        """How many pictures each day has: asked for by a list that is longer than a page."""
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.reading() as uow:
            days = await parts.library.days(uow, viewer.user_id, self._wanted)
        self.days = DaysView(self.days.version + 1, self.page.version, days_text(days))
        self.found = sum(one.count for one in days)
        self.total = total_text(self.found)

    @rx.event
    async def set_zone(self, name: str) -> None:
        """Where the person's days begin."""
        viewer = await viewer_of(self)
        if name[:64] != self._zone:
            self._zone = name[:64]
            dated = self._wanted.since or self._wanted.until
            self._wanted = replace(self._wanted, zone=self._zone)
            if dated and self.ready:
                await self._start_over(viewer)

    @rx.event
    async def narrow(self, key: str, value: str) -> rx.event.EventSpec | None:
        """Another value of the filter, or none: by the address, so that Back undoes it."""
        viewer = await viewer_of(self)
        if key not in _KEYS:
            return None
        if key == "q":
            self._typed = value[:LONGEST_TEXT]
        query = query_of(filter_of({**query_of(self._wanted), key: value}))
        return rx.redirect(address_of(viewer.username, query))

    @rx.event
    async def close_error(self) -> None:
        """The sentence was read."""
        self.error = ""

    @rx.event
    async def show_everything(self) -> rx.event.EventSpec:
        """No filter."""
        viewer = await viewer_of(self)
        return rx.redirect(address_of(viewer.username, {}))

    async def _start_over(self, viewer: Viewer, *, opened: bool = False) -> None:
        """The first page of another list, then how long it is."""
        await self._read(viewer, opened=opened)
        self._removed = set()
        await self._count(viewer)

    async def _read(self, viewer: Viewer, *, opened: bool = False) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            kept = await parts.library.page(uow, viewer.user_id, self._wanted, limit=PAGE + 1)
        self._first = kept[0].picture.id if kept else ""
        tiles = [tile_view(one) for one in kept[:PAGE]]
        self.page = PageView(self.page.version + 1, "", tiles, len(kept) <= PAGE, self._wanted.oldest_first, opened)

    async def _count(self, viewer: Viewer) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            self._show_total(await parts.library.count(uow, viewer.user_id, self._wanted))

    def _show_total(self, total: int) -> None:
        """What was counted. Of a long list the days tell more, and the browser asks for them at each change."""
        if min(total, self.found) > MOST_COUNTED:
            return
        self.found, self.total = total, total_text(total)

    async def _refresh(self, viewer: Viewer) -> None:
        """Something changed. What is new on top is added; for anything else the list begins anew."""
        parts = container.get()
        async with parts.db.reading() as uow:
            top = await parts.library.page(uow, viewer.user_id, self._wanted)
            total = await parts.library.count(uow, viewer.user_id, self._wanted)
        ids = [one.picture.id for one in top]
        arrived = ids.index(self._first) if self._first in ids else len(ids)
        if min(total, MOST_COUNTED) != min(self.found + arrived, MOST_COUNTED) or (self._first and arrived == len(ids)):
            if total != self.found or ids[:1] != [self._first]:
                await self._start_over(viewer)
            return
        if arrived:
            self._first = ids[0]
            self._put(top[:arrived])
            self._show_total(total)

    def _put(self, kept: Sequence[Kept]) -> None:
        """New pictures, or others in their place."""
        self.change = ChangeView(self.change.version + 1, put=[tile_view(one) for one in kept])

    async def _take_out(self, viewer: Viewer, ids: Sequence[str]) -> None:
        """These were deleted from here, or do not fit the filter any more."""
        if len(ids) > _MOST_TOLD:
            await self._start_over(viewer)
        else:
            self.change = ChangeView(self.change.version + 1, removed=list(ids))
            await self._count(viewer)
            await self._find_first(viewer)
        self._removed = set(ids)

    async def _find_first(self, viewer: Viewer) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            top = await parts.library.page(uow, viewer.user_id, self._wanted, limit=1)
        self._first = top[0].picture.id if top else ""

    async def _take_back(self, viewer: Viewer, ids: Sequence[str]) -> None:
        """These came back from the trash: to their places, if they were taken out here."""
        if not self.ready or len(ids) > PAGE or not self._removed.issuperset(ids):
            return
        await self._show_anew(viewer, ids)
        await self._count(viewer)
        await self._find_first(viewer)

    async def _show_anew(self, viewer: Viewer, ids: Sequence[str]) -> None:
        """Tiles of these pictures as they are by now."""
        parts = container.get()
        async with parts.db.reading() as uow:
            found = [await parts.library.detail(uow, viewer.user_id, id) for id in ids]
        self._put([Kept(one.picture, one.record.prompt if one.record else "", one.made_at) for one in found])

    async def _read_collections(self, viewer: Viewer) -> None:
        parts = container.get()
        async with parts.db.reading() as uow:
            mine = await parts.collections.mine(uow, viewer.user_id)
        self.collections = [OptionView(one.id, one.name) for one in mine]
        self.collection = next((one.name for one in mine if one.id == self._wanted.collection), "")

    def _is_here(self) -> bool:
        """Whether this page is what the tab shows: its state outlives a visit to the studio."""
        return self.ready and self.router.url.path.rstrip("/").endswith("/library")

    def _show_error(self, sentence: str) -> None:
        self.error = sentence
