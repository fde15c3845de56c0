"""Collections: named sets of pictures, each person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, delete, insert, select

from kaleipix_app.backend import tokens
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.generation.library.models import Collection, CollectionPicture
from kaleipix_app.backend.media.models import Image

LONGEST_NAME = 60
MOST = 100  # of one person
_BATCH = 200  # pictures in one statement


@dataclass(frozen=True)
class Named:
    """A collection as its owner sees it."""

    id: str
    name: str


class Collections:
    """Commands of an owner; somebody else's collection does not exist."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def mine(self, uow: UnitOfWork, owner_id: str) -> list[Named]:
        """All of a person's, by name."""
        found = await uow.session.exec(select(Collection).where(Collection.owner_id == owner_id))
        return sorted((Named(row.id, row.name) for row in found), key=lambda one: one.name.casefold())

    async def of_picture(self, uow: UnitOfWork, owner_id: str, image_id: str) -> set[str]:
        """Ids of the collections that this picture is in."""
        found = await uow.session.exec(
            select(CollectionPicture.collection_id)
            .join(Collection, col(Collection.id) == col(CollectionPicture.collection_id))
            .where(CollectionPicture.image_id == image_id, Collection.owner_id == owner_id)
        )
        return set(found)

    async def create(self, uow: UnitOfWork, viewer: Viewer, name: str) -> Named:
        """A new one, empty. Raises BadInput, Conflict."""
        await uow.lock(viewer.user_id)
        mine = await self.mine(uow, viewer.user_id)
        name = _checked(name, mine)
        if len(mine) >= MOST:
            raise Conflict(f"{MOST} collections is the most. Delete one that you no longer need.")
        row = Collection(id=tokens.new_id(), owner_id=viewer.user_id, name=name, created_at=self._clock.now())
        uow.session.add(row)
        await uow.session.flush()
        return Named(row.id, row.name)

    async def rename(self, uow: UnitOfWork, viewer: Viewer, collection_id: str, name: str) -> None:
        """Another name. Raises NotFound, BadInput, Conflict."""
        await uow.lock(viewer.user_id)
        row = await self._get(uow, viewer, collection_id)
        others = [one for one in await self.mine(uow, viewer.user_id) if one.id != collection_id]
        row.name = _checked(name, others)
        uow.session.add(row)
        await uow.session.flush()

    async def delete(self, uow: UnitOfWork, viewer: Viewer, collection_id: str) -> None:
        """The collection goes, its pictures stay. Raises NotFound."""
        await uow.session.delete(await self._get(uow, viewer, collection_id))
        await uow.session.flush()

    async def add(self, uow: UnitOfWork, viewer: Viewer, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        """Put the owner's kept pictures among these in; returns those that are new there. Raises NotFound."""
        await uow.lock(viewer.user_id)
        await self._get(uow, viewer, collection_id)
        added: list[str] = []
        for at in range(0, len(image_ids), _BATCH):
            known = select(CollectionPicture.image_id).where(CollectionPicture.collection_id == collection_id)
            found = await uow.session.exec(
                select(Image.id).where(
                    col(Image.id).in_(image_ids[at : at + _BATCH]),
                    Image.owner_id == viewer.user_id,
                    col(Image.deleted_at).is_(None),
                    col(Image.id).not_in(known),
                )
            )
            if new := list(found):
                rows = [{"collection_id": collection_id, "image_id": image_id} for image_id in new]
                await uow.session.exec(insert(CollectionPicture).values(rows))
            added += new
        return added

    async def remove(self, uow: UnitOfWork, viewer: Viewer, collection_id: str, image_ids: Sequence[str]) -> int:
        """Take pictures out; they stay in the library. Returns how many. Raises NotFound."""
        await self._get(uow, viewer, collection_id)
        removed = 0
        for at in range(0, len(image_ids), _BATCH):
            gone = await uow.session.exec(
                delete(CollectionPicture).where(
                    col(CollectionPicture.collection_id) == collection_id,
                    col(CollectionPicture.image_id).in_(image_ids[at : at + _BATCH]),
                )
            )
            removed += gone.rowcount
        return removed

    @staticmethod
    async def _get(uow: UnitOfWork, viewer: Viewer, collection_id: str) -> Collection:
        found = await uow.session.exec(
            select(Collection).where(Collection.id == collection_id, Collection.owner_id == viewer.user_id)
        )
        row = found.first()
        if row is None:
            raise NotFound("This collection does not exist any more.")
        return row


def _checked(name: str, others: Sequence[Named]) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A collection needs a name of 1 to {LONGEST_NAME} characters.")
    if name.casefold() in {one.name.casefold() for one in others}:
        raise Conflict("You have a collection of this name already. Choose another name.")
    return name
