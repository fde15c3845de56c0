"""The composer: sources, prompt, model and its settings, price; and the click on Generate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import reflex as rx

from kaleipix_app.backend import container, tokens
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.errors import BadInput, NotFound
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.library.service import Detail
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.generation.transfers import NoticeNeeded
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.base import ParamValue
from kaleipix_app.backend.providers.catalogue import DEFAULT_MODEL, MODELS, Choice, Need, Number
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.offers import (
    Controls,
    ModelOffer,
    about_seconds,
    closest_aspect_ratio,
    controls_of,
    model_offers,
)
from kaleipix_app.state.studio import Studio
from kaleipix_app.state.views import NO_SOURCE, NoticeView, SourceView, notice_view, source_view

MOST_SOURCES = 8
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_MOST_SAID = 1_000  # characters of what was wrong with uploads


class Composer(rx.State):
    """What the next generation will be. The prompt itself lives in its field until it is submitted."""

    begun: str = ""  # which choices these are: a restart may lose them, and a click of before comes after it
    models: list[ModelOffer] = model_offers([DEFAULT_MODEL], {})
    model: str = DEFAULT_MODEL.id
    controls: Controls = controls_of(DEFAULT_MODEL)
    params: dict[str, ParamValue] = {param.key: param.default for param in DEFAULT_MODEL.params}
    aspect_ratio: str = DEFAULT_MODEL.aspect_ratios[0]
    count: int = 1
    seed: str = ""
    sources: list[SourceView] = []
    masks: dict[str, str] = {}  # source → mask; white is painted anew
    painting: SourceView = NO_SOURCE  # whose mask is being painted
    prompt: str = ""  # put into the field once for each `version`
    version: str = ""
    settings_version: int = 0  # grows when the settings were changed from here: their controls are mounted anew
    error: str = ""
    wrong: str = ""  # the field that it is about, if it is about one
    notice: NoticeView = NoticeView()  # what has to be read before the prompt below is sent elsewhere
    _unsent: list[Draft] = []
    _replaces: str = ""  # the failure in whose place they are made
    _usual: dict[str, list[float]] = {}  # seconds for 1, 2, … pictures

    @rx.var
    def price(self) -> int:
        """Credits of the next click."""
        return MODELS[self.model].price * self.pictures

    @rx.var
    def pictures(self) -> int:
        """How many pictures the next click makes."""
        return self.count * len(self._source_ids())

    @rx.var
    def time(self) -> str:
        """How long one generation of the next click usually takes here."""
        usual = self._usual.get(self.model) or [MODELS[self.model].usual_seconds] * self.count
        return about_seconds(usual[min(self.count, len(usual)) - 1])

    @rx.var
    def missing(self) -> str:
        """What the chosen model still needs, said before the click; empty if nothing."""
        model = MODELS[self.model]
        if model.source is Need.MUST and not self.sources:
            return f"{model.name} works from a picture. Add one first."
        if model.mask is Need.MUST and any(source.id not in self.masks for source in self.sources):
            return f"{model.name} repaints what you mark. Mark it first."
        return ""

    @rx.event
    async def open(self) -> None:
        """The page was opened: what is offered here, at which price, and how long it takes."""
        await viewer_of(self)
        if not self.begun:  # the controls may still show what a server of before knew
            self.begun, self.settings_version = tokens.new_id(), -1
        parts = container.get()
        async with parts.db.reading() as uow:
            self._usual = await parts.timings.usual(uow)
        self.models = model_offers(parts.models.values(), self._usual)

    @rx.event
    async def set_model(self, value: str) -> None:
        """Another model, with its own settings."""
        if self._is_offered(value) and value != self.model:
            self._choose(value, {})

    @rx.event
    async def set_aspect_ratio(self, value: str) -> None:
        """Shape of the results."""
        if value in MODELS[self.model].aspect_ratios:
            self.aspect_ratio = value

    @rx.event
    async def set_count(self, value: int) -> None:
        """1 to 4 pictures."""
        if value in range(1, MODELS[self.model].max_count + 1):
            self.count = value

    @rx.event
    async def set_choice(self, key: str, value: str) -> None:
        """A setting with named values."""
        if any(isinstance(p, Choice) and p.key == key and p.accepts(value) for p in MODELS[self.model].params):
            self.params = {**self.params, key: value}

    @rx.event
    async def set_number(self, key: str, value: str) -> None:
        """A setting on a slider."""
        number = read_number(value)
        if any(isinstance(p, Number) and p.key == key and p.accepts(number) for p in MODELS[self.model].params):
            self.params = {**self.params, key: number}

    @rx.event
    async def set_seed(self, value: str) -> None:
        """Empty: a new one by chance each time."""
        self.seed = value.strip()[:20]

    @rx.event
    async def lock_seed(self, value: str) -> None:
        """The same from the lock beside the field, which then shows it."""
        self.seed = value.strip()[:20]
        self.settings_version += 1

    @rx.event
    async def use_example(self, prompt: str) -> None:
        """Put an example into the prompt field."""
        self._put_prompt(prompt)

    @rx.event
    async def upload_started(self) -> None:
        """New pictures were chosen: what was said of earlier ones has been read."""
        self.error = ""

    @rx.event
    async def uploaded(self, image_id: str) -> None:
        """An upload has arrived: show it in the tray, and take its shape if it is the first."""
        viewer = await viewer_of(self)
        with sentences(self._show_error):
            if len(self.sources) >= MOST_SOURCES:
                raise BadInput(f"At most {MOST_SOURCES} pictures at a time. Remove one first.")
            parts = container.get()
            async with parts.db.reading() as uow:
                picture = await parts.images.get(uow, viewer.user_id, image_id)
            if picture.id not in {source.id for source in self.sources}:
                if not self.sources:
                    self._take_shape_of(picture)
                self.sources = [*self.sources, source_view(picture, len(self.sources) + 1)]

    @rx.event
    async def upload_failed(self, sentence: str) -> None:
        """An upload was refused: say why, beside what was said of the others."""
        self._show_error(f"{self.error} {sentence}".strip()[:_MOST_SAID])

    @rx.event
    async def remove_source(self, image_id: str) -> None:
        """Take a picture out of the tray; it stays stored. `TrashBin.delete` is for the other wish."""
        self.sources = [source for source in self.sources if source.id != image_id]
        self.masks = {source: mask for source, mask in self.masks.items() if source != image_id}

    @rx.event
    async def paint(self, image_id: str) -> None:
        """Open the brush over a source."""
        self.painting = next((source for source in self.sources if source.id == image_id), NO_SOURCE)

    @rx.event
    async def painted(self, mask_id: str) -> None:
        """The mask has arrived: it belongs to the picture under the brush."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.reading() as uow:
                mask = await parts.images.get(uow, viewer.user_id, mask_id)
            if mask.kind == "mask" and self.painting.id:
                self.masks = {**self.masks, self.painting.id: mask.id}
                self.error = ""
        self.painting = NO_SOURCE

    @rx.event
    async def stop_painting(self) -> None:
        """Close the brush; an earlier mask stays."""
        self.painting = NO_SOURCE

    @rx.event
    async def generate(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Queue one generation for each source, all or none. Never waits for what runs."""
        if form.get("begun", self.begun) != self.begun:
            self._show_error("The server was restarted and lost what was chosen here. Choose again, then generate.")
            return None
        if "seed" in form:  # it may have been typed a moment ago
            self.seed = str(form["seed"]).strip()[:20]
        return await self._generate(str(form.get("prompt", "")))

    @rx.event
    async def acknowledge(self) -> None:
        """The notice was read: remember it, and send what waited for that."""
        viewer = await viewer_of(self)
        parts = container.get()
        with sentences(self._show_error):
            async with parts.db.unit_of_work() as uow:
                await parts.transfers.acknowledge(uow, viewer, self.notice.provider)
            await self._send(self._unsent, self._replaces)

    @rx.event
    async def decline(self) -> None:
        """Rather not: nothing is sent, and what is typed stays."""
        self._close_notice()

    async def _generate(self, prompt: str) -> rx.event.EventSpec | None:
        studio = await self.get_state(Studio)
        with sentences(self._show_error):
            drafts = [self._draft(prompt, source) for source in self._source_ids()]
            if studio.ready and (missing := self.price - studio.credits) > 0:
                return rx.redirect(f"/plans?need={missing}")  # before anything is to read about where pictures go
            await self._send(drafts)
        return None

    async def _send(self, drafts: list[Draft], replaces: str = "") -> None:
        """Queue all of them or none, and dismiss the failure that they replace; or show what has to be read before."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        self._close_notice()
        with sentences(self._show_error, self._note_field):
            try:
                async with parts.db.unit_of_work(short=True) as uow:
                    for draft in drafts:
                        await parts.generations.request(uow, viewer, draft)
                    if replaces:
                        await parts.generations.dismiss(uow, viewer, replaces)
            except NoticeNeeded as needed:
                self.notice, self._unsent, self._replaces = notice_view(needed), drafts, replaces

    @rx.event
    async def reuse(self, generation_id: str) -> None:
        """Prompt, settings and source of an earlier generation; a new seed."""
        viewer = await viewer_of(self)
        parts = container.get()
        self.error = ""
        with sentences(self._show_error):
            async with parts.db.reading() as uow:
                record = await parts.history.one(uow, viewer.user_id, generation_id)
            await self._reuse(viewer, record, "")

    async def _reuse(self, viewer: Viewer, record: Record, seed: str) -> None:
        parts, found = container.get(), []
        async with parts.db.reading() as uow:
            if record.source_id:
                with suppress(NotFound):  # deleted since: the rest can still be reused
                    found = [await parts.images.get(uow, viewer.user_id, record.source_id)]
        if not self._is_offered(record.model):
            raise BadInput("The model of this one is not offered any more.")
        self._choose(record.model, record.params)
        self.count, self.seed = record.count, seed
        self.aspect_ratio = record.aspect_ratio or self.aspect_ratio
        self.sources = [source_view(picture, 1) for picture in found]
        self.masks = {found[0].id: record.mask_id} if found and record.mask_id else {}
        if record.prompt:  # else it was erased, and what is typed stays
            self._put_prompt(record.prompt)

    async def _take_over(self, viewer: Viewer, detail: Detail, way: str) -> None:
        """From a picture of the library: all, everything but the seed (remix), the prompt alone, the seed alone."""
        record, seed = detail.record, detail.picture.seed
        if record is None:
            raise NotFound
        self.error = ""
        if way in ("remix", "all"):
            await self._reuse(viewer, record, str(record.seed) if way == "all" else "")
        elif way == "prompt" and record.prompt:
            self._put_prompt(record.prompt)
        elif way == "seed":
            self.seed = str(record.seed if seed is None else seed)
            self.settings_version += 1

    def _source_ids(self) -> list[str | None]:
        taken = self.sources if MODELS[self.model].source is not Need.NO else []
        return [source.id for source in taken] or [None]

    @staticmethod
    def _is_offered(model: str) -> bool:
        return model in container.get().models

    def _choose(self, id: str, params: Mapping[str, ParamValue]) -> None:
        """Take a model; what it cannot do falls back to what it can."""
        model = MODELS[id]
        self.model, self.params, self.controls = id, {**model.defaults(), **params}, controls_of(model)
        self.count = min(self.count, model.max_count)
        if model.aspect_ratios and self.aspect_ratio not in model.aspect_ratios:
            self.aspect_ratio = model.aspect_ratios[0]
        self.settings_version += 1

    def _take_shape_of(self, picture: Picture) -> None:
        if shapes := MODELS[self.model].aspect_ratios:
            self.aspect_ratio = closest_aspect_ratio(picture, shapes)
            self.settings_version += 1

    def _close_notice(self) -> None:
        self.notice, self._unsent, self._replaces = NoticeView(), [], ""

    def _draft(self, prompt: str, source_id: str | None) -> Draft:
        if self.seed and not self.seed.isdecimal():
            raise BadInput("A seed is a whole number. Leave it empty for chance.")
        return Draft(
            model=self.model,
            prompt=prompt,
            aspect_ratio=self.aspect_ratio,
            count=self.count,
            seed=int(self.seed) if self.seed else None,
            params=dict(self.params),
            source_id=source_id,
            mask_id=self.masks.get(source_id or "") if MODELS[self.model].mask is not Need.NO else None,
        )

    def _put_prompt(self, prompt: str) -> None:
        self.prompt = prompt
        self.version = tokens.new_id()

    def _show_error(self, sentence: str) -> None:
        self.error, self.wrong = sentence, ""

    def _note_field(self, code: str) -> None:
        self.wrong = code.partition("_")[0]


def read_number(text: str) -> int | float | None:
    """A number as a slider sends it: whole if it is written so; None for anything else."""
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)
