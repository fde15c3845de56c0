"""The studio's live half: what runs, what was made, what is on the stage, what it may cost."""

from __future__ import annotations

from contextlib import suppress

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.state.differences import differences
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.offers import elsewhere_text
from kaleipix_app.state.tabs import TABS
from kaleipix_app.state.views import (
    MOST_DERIVED,
    NOTHING_LIVE,
    LiveView,
    MadeView,
    StageView,
    live_view,
    made_view,
    stage_view,
)

_PAGE = 12  # generations of history at a time
_MOST = 4 * _PAGE  # of them; it is sent whole at each change, and the library has everything


class Stage(rx.State):
    """What is on the stage. A state of its own, so that of the page only what shows it follows every choice."""

    stage: StageView = StageView()
    fresh: int = 0  # results that came while another picture stayed on the stage


class Studio(Stage):
    """A view cache of the database for one tab: rebuilt at every load, refreshed when the doorbell rings."""

    ready: bool = False
    username_shown: str = ""
    credits: int = 0
    live: list[LiveView] = []
    made: list[MadeView] = []
    has_more: bool = False
    follow: bool = True
    error: str = ""
    _shown: int = _PAGE

    @rx.var
    def running(self) -> int:
        """How many wait or run."""
        return sum(not one.failed for one in self.live)

    @rx.var
    def first_running(self) -> LiveView:
        """What fills the stage while there is nothing else."""
        return next((one for one in self.live if not one.failed), NOTHING_LIVE)

    @rx.event
    async def open(self) -> rx.event.EventSpec | None:
        """The page was opened or reloaded: everything comes from the database."""
        viewer = await viewer_of(self)
        if self.username not in ("", viewer.username):  # a link inside the page; the server decides direct visits
            return rx.redirect(f"/w/{viewer.username}")
        parts = container.get()
        async with parts.db.unit_of_work() as uow:
            await parts.sessions.seen(uow, viewer.session_id)
            await parts.ledger.grant_month(uow, viewer.user_id)
        self.username_shown = viewer.username
        self._shown = _PAGE
        TABS.add(viewer.user_id, self.router.session.client_token)
        await self._read(viewer)
        self.ready = True
        return None

    @rx.event
    async def choose(self, image_id: str) -> None:
        """Put one result on the stage."""
        viewer = await viewer_of(self)
        await self._show(viewer, image_id)

    @rx.event
    async def step(self, by: int) -> None:
        """The next picture in the history, or the one before."""
        viewer = await viewer_of(self)
        pictures = shown_pictures(self.made)
        if self.stage.id in pictures and by in (-1, 1):
            at = pictures.index(self.stage.id) + by
            if 0 <= at < len(pictures):
                await self._show(viewer, pictures[at])

    @rx.event
    async def show_newest(self) -> None:
        """Look at what came in meanwhile."""
        viewer = await viewer_of(self)
        if pictures := shown_pictures(self.made):
            await self._show(viewer, pictures[0])
        self.fresh = 0

    @rx.event
    async def set_follow(self, on: bool) -> None:
        """Whether a new result opens by itself."""
        self.follow = bool(on)

    @rx.event
    async def show_more(self) -> None:
        """Older history."""
        viewer = await viewer_of(self)
        self._shown = min(self._shown + _PAGE, _MOST)
        await self._read(viewer)

    @rx.event
    async def cancel(self, generation_id: str) -> None:
        """Stop it; the credits come back."""
        await self._command("cancel", generation_id)

    @rx.event
    async def cancel_all(self) -> None:
        """Stop everything that waits or runs."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.generations.cancel_all(uow, viewer)
        await self._read(viewer)

    @rx.event
    async def retry(self, generation_id: str) -> None:
        """The same again."""
        await self._command("retry", generation_id)

    @rx.event
    async def dismiss(self, generation_id: str) -> None:
        """The failure was read."""
        await self._command("dismiss", generation_id)

    @rx.event
    async def dismiss_all(self) -> None:
        """Every failure was read."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                for one in self.live:
                    if one.failed:
                        await parts.generations.dismiss(uow, viewer, one.id)
        await self._read(viewer)

    @rx.event
    async def close_error(self) -> None:
        """The sentence was read."""
        self.error = ""

    async def _command(self, name: str, generation_id: str) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await getattr(parts.generations, name)(uow, viewer, generation_id)
        await self._read(viewer)

    def _show_error(self, sentence: str) -> None:
        self.error = sentence

    async def _show(self, viewer: Viewer, image_id: str) -> None:
        with sentences(self._show_error):
            self.stage = await self._staged(viewer, image_id)
            self.fresh = 0

    async def _staged(self, viewer: Viewer, image_id: str) -> StageView:
        parts = container.get()
        async with parts.db.reading(short=True) as uow:
            around = await parts.history.around(uow, viewer.user_id, image_id, MOST_DERIVED)
            record, source, differs = around.record, None, []
            if record.source_id:
                with suppress(NotFound):
                    source = await parts.images.get(uow, viewer.user_id, record.source_id)
                    before = source.generation_id
                    made_before = await parts.history.one(uow, viewer.user_id, before) if before else None
                    differs = differences(source, made_before, around.picture, record)
        return stage_view(record, image_id, source, around.derived, differs)

    async def _read(self, viewer: Viewer) -> None:
        """Rows → views. Assigns only what differs, because an assignment is sent to the browser."""
        parts = container.get()
        async with parts.db.reading(short=True) as uow:
            credits = await parts.ledger.balance(uow, viewer.user_id)
            usual = await parts.timings.usual(uow)
            live = [self._live(record, usual) for record in await parts.history.live(uow, viewer.user_id)]
            records = await parts.history.made(uow, viewer.user_id, limit=self._shown + 1)
        made = [made_view(record) for record in records[: self._shown]]
        known = {one.id for one in self.made}
        arrived = [one for one in newer_than(known, made) if one.results]
        before, now, changed = shown_pictures(self.made), shown_pictures(made), made != self.made
        changes = {"credits": credits, "live": live, "made": made, "has_more": self._shown < min(len(records), _MOST)}
        for name, value in changes.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        if arrived and (self.follow or not self.stage.id):
            await self._show(viewer, arrived[0].results[0])
            return
        if arrived and known:
            self.fresh += sum(len(one.results) for one in arrived)
        if self.stage.id and (changed or self.stage.id not in now):
            await self._keep_stage(viewer, before, now)

    async def _keep_stage(self, viewer: Viewer, before: list[str], now: list[str]) -> None:
        """The stage as it is by now; when its picture was deleted, the one beside it."""
        stage = StageView()
        for image_id in (self.stage.id, next_to(self.stage.id, before, now)):
            with suppress(NotFound):
                stage = await self._staged(viewer, image_id)
                break
        if stage != self.stage:
            self.stage = stage

    def _live(self, record: Record, usual: dict[str, list[float]]) -> LiveView:
        seconds = usual.get(record.model) or [0.0]
        started, runs = record.started_at, record.state == "running"
        before = next((one for one in self.live if one.id == record.id and one.elapsed >= 0), None)
        elapsed = (container.get().clock.now() - started).total_seconds() if runs and started else -1.0
        return live_view(
            record,
            container.get().previews,
            elsewhere=elsewhere_text(record),
            usual=seconds[min(record.count, len(seconds)) - 1],
            elapsed=before.elapsed if before and runs else round(elapsed, 1),
        )


def shown_pictures(made: list[MadeView]) -> list[str]:
    """Ids of all pictures in the history, in the order in which they are seen."""
    return [id for one in made for id in one.results]


def newer_than(known: set[str], made: list[MadeView]) -> list[MadeView]:
    """What came in since: below the last that was known stands what is older, and was only not listed yet."""
    last = max((at for at, one in enumerate(made) if one.id in known), default=len(made))
    return [one for one in made[:last] if one.id not in known]


def next_to(image_id: str, before: list[str], now: list[str]) -> str:
    """The first picture after this one that is still there, else the last one before it, else the newest, else none."""
    at = before.index(image_id) if image_id in before else 0
    left = [*before[at:], *reversed(before[:at]), *now]
    return next((one for one in left if one in set(now)), "")
