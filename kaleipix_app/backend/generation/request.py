"""The click on Generate: check everything, reserve the price, write the row and the log, begin or ring the bell."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import bindparam
from sqlmodel import col, func, insert, select

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.credits.ledger import Ledger
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict, SignInNeeded, TooMany
from kaleipix_app.backend.generation.at_once import AtOnce
from kaleipix_app.backend.generation.feed import Feed
from kaleipix_app.backend.generation.library import words
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation, GenerationLog
from kaleipix_app.backend.generation.transfers import Transfers
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.providers.base import ParamValue
from kaleipix_app.backend.providers.catalogue import MAX_PROMPT, MAX_SEED, SIZES, Model, Need

MOST_WAITING = 50  # unfinished generations of one person
_WAITING = (
    select(func.count())
    .select_from(Generation)
    .where(col(Generation.owner_id) == User.id, col(Generation.state).in_(sorted(ACTIVE)))
    .scalar_subquery()
)
_STANDING = select(User.restricted_at, User.deleted_at, _WAITING).where(User.id == bindparam("user_id"))
# Not through the session: what it does around two new rows takes longer than the database.
_ADD, _ADD_LINE = insert(Generation), insert(GenerationLog)


@dataclass(frozen=True)
class Draft:
    """What a composer asks for. Comes from the browser: nothing in it is trusted."""

    model: str
    prompt: str
    aspect_ratio: str
    count: int = 1
    seed: int | None = None  # None: by chance
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    source_id: str | None = None
    mask_id: str | None = None  # of the source's size; white is painted anew


class Requests:
    """Turns drafts into queued generations."""

    def __init__(
        self,
        clock: Clock,
        ledger: Ledger,
        images: Images,
        transfers: Transfers,
        models: Mapping[str, Model],
        feed: Feed,
        ring: Callable[[], None],
        at_once: AtOnce,
    ) -> None:
        self._clock = clock
        self._ledger = ledger
        self._images = images
        self._transfers = transfers
        self._models = models
        self._feed = feed
        self._ring = ring
        self._at_once = at_once

    async def request(self, uow: UnitOfWork, viewer: Viewer, draft: Draft) -> str:
        """Queue one generation; returns its id. All or nothing.

        Raises BadInput, NotFound (the source), NoticeNeeded, TooMany, NotEnoughCredits.
        """
        model = validate(draft, self._models)
        await uow.lock(viewer.user_id)
        await self._refuse_frozen_and_flood(uow, viewer)
        await self._transfers.check(uow, viewer, model.provider)
        source = await self._source(uow, viewer, draft)
        now = self._clock.now()
        shape = draft.aspect_ratio if model.aspect_ratios else ""  # else the result has its source's
        width, height = SIZES.get(shape) or (source.width, source.height)  # type: ignore[union-attr]  # a source is there
        row = Generation(
            id=tokens.new_id(),
            owner_id=viewer.user_id,
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            model=model.id,
            provider=model.provider,
            prompt=draft.prompt.strip() or model.task,  # an empty one is an erased one
            source_id=draft.source_id,
            mask_id=draft.mask_id,
            aspect_ratio=shape,
            width=width,
            height=height,
            count=draft.count,
            seed=secrets.randbelow(MAX_SEED) if draft.seed is None else draft.seed,
            params={**model.defaults(), **draft.params},
            price=model.price * draft.count,
            state=State.QUEUED,
            created_at=now,
        )
        await self._ledger.reserve(uow, viewer.user_id, row.id, row.price)
        if not await self._at_once.begin(uow, row):
            uow.after_commit(self._ring)
        line = GenerationLog(id=row.id, user_id=viewer.user_id, prompt=row.prompt, model=model.id, created_at=now)
        connection = await uow.session.connection()
        await connection.execute(_ADD, row.model_dump())
        await connection.execute(_ADD_LINE, line.model_dump())
        await words.add(uow, viewer.user_id, row.id, row.prompt)
        uow.after_commit(lambda: self._feed.publish(viewer.user_id))
        return row.id

    @staticmethod
    async def _refuse_frozen_and_flood(uow: UnitOfWork, viewer: Viewer) -> None:
        """Nothing is made for who has restricted what is done with their data, is leaving, or has much waiting."""
        connection = await uow.session.connection()
        restricted_at, deleted_at, waiting = (await connection.execute(_STANDING, {"user_id": viewer.user_id})).one()
        if deleted_at is not None:
            raise SignInNeeded
        if restricted_at is not None:
            raise Conflict("You have restricted the use of your data. Lift that in your privacy centre first.")
        if waiting >= MOST_WAITING:
            raise TooMany(f"{MOST_WAITING} generations are waiting already. Let some finish first.", retry_after=10)

    async def _source(self, uow: UnitOfWork, viewer: Viewer, draft: Draft) -> Picture | None:
        """The draft's source, if it has one, and its mask fits it. Raises NotFound, BadInput."""
        if draft.source_id is None:
            return None
        source = await self._images.get(uow, viewer.user_id, draft.source_id)
        if source.kind == "mask":
            raise BadInput("A mask is no picture to work from. Choose another one.", code="source")
        if draft.mask_id is not None:
            mask = await self._images.get(uow, viewer.user_id, draft.mask_id)
            if mask.kind != "mask" or (mask.width, mask.height) != (source.width, source.height):
                raise BadInput("This mask belongs to another picture. Paint it again.", code="mask")
        return source


def validate(draft: Draft, models: Mapping[str, Model]) -> Model:
    """The draft's model, if it can do all that is asked. Raises BadInput with a sentence for the person."""
    model = models.get(draft.model)
    if model is None:
        raise BadInput("This model is not offered here. Choose another one.", code="model_unknown")
    _check_prompt(draft, model)
    if model.aspect_ratios and draft.aspect_ratio not in model.aspect_ratios:
        raise BadInput(f"{model.name} cannot make this aspect ratio. Choose another one.", code="aspect_ratio")
    if type(draft.count) is not int or not 1 <= draft.count <= model.max_count:
        raise BadInput(f"{model.name} makes 1 to {model.max_count} pictures at a time.", code="count")
    if draft.seed is not None and (type(draft.seed) is not int or not 0 <= draft.seed <= MAX_SEED):
        raise BadInput(f"A seed is a whole number from 0 to {MAX_SEED}.", code="seed")
    if draft.source_id is not None and model.source is Need.NO:
        raise BadInput(f"{model.name} does not work from a picture. Remove it or choose another model.", code="source")
    if draft.source_id is None and model.source is Need.MUST:
        raise BadInput(f"{model.name} works from a picture. Add one first.", code="source_missing")
    if draft.mask_id is None and model.mask is Need.MUST:
        raise BadInput(f"{model.name} repaints what you mark. Mark a part of the picture first.", code="mask_missing")
    if draft.mask_id is not None and model.mask is Need.NO:
        raise BadInput(f"{model.name} does not work with a mask. Choose another model.", code="mask")
    known = {param.key: param for param in model.params}
    for key, value in draft.params.items():
        if key not in known or not known[key].accepts(value):
            raise BadInput(f"{model.name} has no such setting. Reset the settings and try again.", code="params")
    return model


def _check_prompt(draft: Draft, model: Model) -> None:
    prompt = draft.prompt.strip() if isinstance(draft.prompt, str) else ""
    if not prompt and model.prompt is Need.MUST:
        raise BadInput("Write a prompt first: a few words are enough.", code="prompt_empty")
    most = min(MAX_PROMPT, model.max_prompt)
    if len(prompt) > most:
        raise BadInput(
            f"The prompt is {len(prompt) - most} characters too long for this model.", code="prompt_too_long"
        )
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise BadInput("The prompt has half a character in it that cannot be stored. Type it again.", code="prompt")
