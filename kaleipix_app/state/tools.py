"""What can be done with the picture on the stage: it becomes a source, or something new is made from it at once."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from kaleipix_app.backend import container
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.catalogue import DEFAULT_MODEL, MODELS, Model, Need, Task
from kaleipix_app.state.composer import Composer
from kaleipix_app.state.guard import sentences, viewer_of
from kaleipix_app.state.offers import other_model
from kaleipix_app.state.views import source_view


@dataclass(frozen=True)
class ToolOffer:
    """A model that needs nothing but the picture: one click."""

    model: str
    label: str
    task: str
    price: str


class Tools(rx.State):
    """The buttons under the stage that depend on what is offered here."""

    one_click: list[ToolOffer] = []
    can_repaint: bool = False

    @rx.event
    async def open(self) -> None:
        """The page was opened: which tools are offered here."""
        await viewer_of(self)
        cheapest = [_cheapest(task) for task in (Task.UPSCALE, Task.CUTOUT)]
        self.one_click = [_tool(model) for model in cheapest if model is not None]
        self.can_repaint = _cheapest(Task.INPAINT) is not None

    @rx.event
    async def use_as_source(self, image_id: str) -> None:
        """Into the composer's tray, in the place of what is there."""
        composer = await self.get_state(Composer)
        with sentences(composer._show_error):
            await self._take(composer, image_id)

    @rx.event
    async def repaint(self, image_id: str) -> None:
        """Open the brush over this picture, with a model that repaints what is marked."""
        composer = await self.get_state(Composer)
        with sentences(composer._show_error):
            model = MODELS[composer.model]
            if model.mask is Need.NO:
                found = _cheapest(Task.INPAINT)
                if found is None:
                    raise BadInput("No model that repaints a part is offered here.")
                composer._choose(found.id, {})
            await self._take(composer, image_id)
            composer.painting = composer.sources[0]

    @rx.event
    async def vary(self, image_id: str) -> None:
        """The same prompt and settings with a new seed; from this picture where the model works from one."""
        viewer = await viewer_of(self)
        composer = await self.get_state(Composer)
        parts = container.get()
        with sentences(composer._show_error):
            async with parts.db.reading() as uow:
                picture = await parts.images.get(uow, viewer.user_id, image_id)
                if picture.generation_id is None:
                    raise BadInput("Only a picture that was made here can be varied.")
                record = await parts.history.one(uow, viewer.user_id, picture.generation_id)
            model = MODELS.get(record.model)
            repaints = model is not None and model.mask is not Need.NO
            takes = model is not None and model.source is not Need.NO
            draft = Draft(
                model=record.model,
                prompt=record.prompt,
                aspect_ratio=record.aspect_ratio,
                params=record.params,
                source_id=record.source_id if repaints else picture.id if takes else None,
                mask_id=record.mask_id if repaints else None,
            )
            await composer._send([draft])

    @rx.event
    async def refine(self, model: str, image_id: str) -> None:
        """Enlarge, or remove the background: everything but the picture has its default."""
        composer = await self.get_state(Composer)
        with sentences(composer._show_error):
            if model not in {tool.model for tool in self.one_click}:
                raise BadInput("This is not offered here any more. Reload the page.")
            shapes = MODELS[model].aspect_ratios
            await composer._send([Draft(model, "", shapes[0] if shapes else "", source_id=image_id)])

    @rx.event
    async def elsewhere(self, generation_id: str) -> None:
        """What failed once more, by another model that can do the same; its own settings have their defaults."""
        viewer = await viewer_of(self)
        composer = await self.get_state(Composer)
        parts = container.get()
        with sentences(composer._show_error):
            async with parts.db.reading() as uow:
                record = await parts.history.one(uow, viewer.user_id, generation_id)
            model = other_model(record)
            if model is None:
                raise BadInput("No other model that can do this is offered here.")
            draft = Draft(
                model=model.id,
                prompt=record.prompt,
                aspect_ratio=record.aspect_ratio,
                count=record.count,
                source_id=record.source_id,
                mask_id=record.mask_id,
            )
            await composer._send([draft], replaces=generation_id)

    async def _take(self, composer: Composer, image_id: str) -> None:
        viewer = await viewer_of(self)
        parts = container.get()
        async with parts.db.reading() as uow:
            picture: Picture = await parts.images.get(uow, viewer.user_id, image_id)
        composer.error = ""
        if MODELS[composer.model].source is Need.NO:
            composer._choose(DEFAULT_MODEL.id, {})
        composer.sources, composer.masks = [source_view(picture, 1)], {}
        composer._take_shape_of(picture)


def _cheapest(task: Task) -> Model | None:
    offered = [model for model in container.get().models.values() if model.task is task]
    return min(offered, key=lambda model: model.price, default=None)


def _tool(model: Model) -> ToolOffer:
    return ToolOffer(model.id, str(model.task), model.task.name, counted(model.price, "credit"))
