"""What a person sees of their generations: running ones, failures to read, and everything made."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Integer, bindparam, exists
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from kaleipix_app.backend.db.engine import LONG, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.providers.base import ParamValue

# Statements that are asked at every click and refresh are built once: that takes longer than asking.
_OWNER: BindParameter[str] = bindparam("owner")
# Without an order, which would be taken along another index: through everything of this person.
_LIVE = select(Generation).where(
    col(Generation.owner_id) == _OWNER,
    col(Generation.state).in_(sorted(ACTIVE | {State.FAILED})),
    col(Generation.dismissed_at).is_(None),
)
_QUEUE = (
    select(Generation.id, Generation.owner_id, func.row_number().over(order_by=col(Generation.id)).label("place"))
    .where(Generation.state == State.QUEUED)
    .subquery()
)
# Through everybody's queue.
_PLACES = sql_select(_QUEUE.c.id, _QUEUE.c.place).where(_QUEUE.c.owner_id == _OWNER).execution_options(**LONG)
_HISTORY = (
    col(Generation.owner_id) == _OWNER,
    col(Generation.state) == State.DONE,
    # What lost both its prompt and its pictures is history no more.
    or_(col(Generation.prompt) != "", Images.has_results(col(Generation.id))),
)
_NEWEST_FIRST, _MOST = col(Generation.id).desc(), bindparam("most", type_=Integer)
_MADE_EVER = select(Generation).where(*_HISTORY).order_by(_NEWEST_FIRST).limit(_MOST).execution_options(**LONG)
_LATELY = 200  # generations of a person that are looked through in no time
_any = aliased(Generation)
_BEFORE = (
    select(_any.id).where(_any.owner_id == _OWNER).order_by(col(_any.id).desc()).offset(_LATELY).limit(1)
).scalar_subquery()
_MADE_LATELY = (
    select(Generation, _BEFORE.is_not(None))
    .where(*_HISTORY, col(Generation.id) > func.coalesce(_BEFORE, ""))
    .order_by(_NEWEST_FIRST)
    .limit(_MOST)
)
_chosen, _later = aliased(Image), aliased(Generation)
_AROUND = (
    select(
        Generation,
        Image,
        exists().where(
            col(_later.owner_id) == _OWNER,
            col(_later.source_id) == col(_chosen.id),
            col(_later.state) == State.DONE,
        ),
    )
    .join(_chosen, col(_chosen.generation_id) == col(Generation.id))
    .join(Image, col(Image.generation_id) == col(Generation.id))
    .where(
        col(_chosen.id) == bindparam("id"),
        col(_chosen.owner_id) == _OWNER,
        col(_chosen.deleted_at).is_(None),
        col(Generation.owner_id) == _OWNER,
        col(Image.owner_id) == _OWNER,
        col(Image.deleted_at).is_(None),
    )
    .order_by(col(Image.position))
)


@dataclass(frozen=True)
class Record:
    """One generation as its owner may see it."""

    id: str
    state: State
    model: str
    provider: str
    prompt: str  # empty when its owner erased it
    source_id: str | None  # None also when it was deleted since, and for what waits or runs
    mask_id: str | None  # None also when it is gone
    aspect_ratio: str
    width: int
    height: int
    count: int
    seed: int
    params: Mapping[str, ParamValue]
    price: int
    progress: float | None
    place: int  # 1 is next; 0 when it does not wait
    provider_place: int | None  # the same in the provider's own queue
    is_ordered: bool  # the provider has it
    error_code: str
    error_sentence: str
    cancelling: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    results: tuple[Picture, ...]


@dataclass(frozen=True)
class Around:
    """One result, the generation that it came from, and what was made from it, newest first."""

    picture: Picture
    record: Record
    derived: list[Record]


class History:
    """Reads generations, always as one owner."""

    def __init__(self, images: Images) -> None:
        self._images = images

    async def live(self, uow: UnitOfWork, owner_id: str) -> list[Record]:
        """What runs or waits, and failures that were not dismissed; oldest first."""
        found = (await uow.session.exec(_LIVE, params={"owner": owner_id})).all()
        rows = sorted(found, key=lambda row: row.id)
        places = await self._places(uow, owner_id) if any(row.state == State.QUEUED for row in rows) else {}
        sources = await self._kept(uow, owner_id, [row for row in rows if row.state == State.FAILED])
        return [_record(row, (), places.get(row.id, 0), sources) for row in rows]

    async def made(self, uow: UnitOfWork, owner_id: str, *, limit: int = 20) -> list[Record]:
        """Finished generations with their results, newest first.

        As a rule they are among the latest; else, because most of those failed or were erased, everything is searched.
        """
        values = {"owner": owner_id, "most": limit}
        lately = (await uow.session.exec(_MADE_LATELY, params=values)).all()
        rows: Sequence[Generation] = [row for row, _ in lately]
        if len(rows) < limit and (not lately or lately[0][1]):
            rows = (await uow.session.exec(_MADE_EVER, params=values)).all()
        return await self._with_results(uow, owner_id, rows)

    async def one(self, uow: UnitOfWork, owner_id: str, generation_id: str) -> Record:
        """One generation in any state. Raises NotFound."""
        found = await uow.session.exec(
            select(Generation).where(col(Generation.id) == generation_id, col(Generation.owner_id) == owner_id)
        )
        row = found.first()
        if row is None:
            raise NotFound
        return (await self._with_results(uow, owner_id, [row]))[0]

    async def around(self, uow: UnitOfWork, owner_id: str, image_id: str, most: int) -> Around:
        """A result of this owner with its surroundings; of what was made from it `most` generations.

        Raises NotFound, also for somebody else's, for a deleted one and for what is no result.
        """
        found = (await uow.session.exec(_AROUND, params={"owner": owner_id, "id": image_id})).all()
        if not found:
            raise NotFound
        row, _, is_source = found[0]
        results = tuple(Picture.of(image) for _, image, _ in found)
        record = _record(row, results, 0, await self._kept(uow, owner_id, [row]))
        derived = await self._made_from(uow, owner_id, image_id, most) if is_source else []
        return Around(next(one for one in results if one.id == image_id), record, derived)

    async def _made_from(self, uow: UnitOfWork, owner_id: str, image_id: str, limit: int) -> list[Record]:
        found = await uow.session.exec(
            select(Generation)
            .where(
                col(Generation.owner_id) == owner_id,
                col(Generation.source_id) == image_id,
                col(Generation.state) == State.DONE,
            )
            .order_by(col(Generation.id).desc())
            .limit(limit)
        )
        return await self._with_results(uow, owner_id, found.all())

    async def _with_results(self, uow: UnitOfWork, owner_id: str, rows: Sequence[Generation]) -> list[Record]:
        if not rows:
            return []
        results = await self._images.of_generations(uow, owner_id, [row.id for row in rows])
        sources = await self._kept(uow, owner_id, rows)
        return [_record(row, tuple(results.get(row.id, ())), 0, sources) for row in rows]

    async def _kept(self, uow: UnitOfWork, owner_id: str, rows: Sequence[Generation]) -> set[str]:
        """Sources and masks of these that are still there."""
        used = [id for row in rows for id in (row.source_id, row.mask_id) if id]
        return await self._images.kept(uow, owner_id, used) if used else set()

    @staticmethod
    async def _places(uow: UnitOfWork, owner_id: str) -> dict[str, int]:
        """Place in the whole queue of everything of this person that waits, from 1."""
        found = await (await uow.session.connection()).execute(_PLACES, {"owner": owner_id})
        return {str(generation_id): int(place) for generation_id, place in found.all()}


def _record(row: Generation, results: tuple[Picture, ...], place: int, sources: Container[str] = ()) -> Record:
    return Record(
        id=row.id,
        state=State(row.state),
        model=row.model,
        provider=row.provider,
        prompt=row.prompt,
        source_id=row.source_id if row.source_id in sources else None,
        mask_id=row.mask_id if row.mask_id in sources else None,
        aspect_ratio=row.aspect_ratio,
        width=row.width,
        height=row.height,
        count=row.count,
        seed=row.seed,
        params=row.params,
        price=row.price,
        progress=row.progress,
        place=place,
        provider_place=row.provider_place,
        is_ordered=row.provider_job is not None,
        error_code=row.error_code or "",
        error_sentence=row.error_sentence or "",
        cancelling=row.cancel_requested_at is not None,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        results=results,
    )
