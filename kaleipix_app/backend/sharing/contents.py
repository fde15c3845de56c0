"""What the database says of a link: its terms, and those of its pictures that are there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.origin import Origin, Origins
from kaleipix_app.backend.media.pictures import Picture
from kaleipix_app.backend.sharing.models import Share, ShareImage

_MOST = 300  # answers that are kept, each with a thumbnail or a page made of it
_MOST_PICTURES = 3_000  # of these together: a page with all prompts of an album is as large as a photograph


@dataclass(frozen=True)
class SharedPicture:
    """One picture of a link, with what may be told of it."""

    picture: Picture
    made_by: str = ""  # ai | algorithm, or empty
    source: Picture | None = None
    prompt: str = ""


@dataclass(frozen=True)
class Shown:
    """A link and its pictures. access.py decides whether anybody gets to see it."""

    share_id: str
    title: str
    passcode_hash: str
    downloads: bool
    expires_at: datetime | None
    is_revoked: bool
    owner_is_active: bool  # neither suspended nor leaving
    pictures: tuple[SharedPicture, ...]
    memo: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)  # made of it; goes with it


class Contents:
    """Reads links by the hash of their token. What was read is used again as long as nothing at all was written.

    What was made of it (`memo`) is used for as long as the database says the same of the link and its pictures.
    """

    def __init__(self, db: Database, origins: Origins) -> None:
        self._db = db
        self._origins = origins
        self._read: OrderedDict[tuple[str, str], tuple[int | None, Shown]] = OrderedDict()

    def known(self, token_hash: str, image_id: str = "") -> Shown | None:
        """What was read of the link, if nothing at all was written since; else None, and `of` has to be asked."""
        found = self._read.get((token_hash, image_id))
        if found is None or found[0] is None or found[0] != self._db.changes.mark():
            return None
        return found[1]

    async def of(self, token_hash: str, image_id: str = "") -> Shown | None:
        """The link, with all its pictures or with this one alone; None if there is no such link."""
        if known := self.known(token_hash, image_id):
            return known
        key = token_hash, image_id
        mark = self._db.changes.mark()  # before reading: what is written meanwhile makes the next one read again
        shown = await self._look(token_hash, image_id)
        if shown is None or not shown.pictures:  # nothing is made of these, and whoever holds a link may ask for any id
            self._read.pop(key, None)
            return shown
        if key in self._read and self._read[key][1] == shown:
            shown = self._read[key][1]  # says the same, and has its memo
        self._read[key] = mark, shown
        self._read.move_to_end(key)
        while len(self._read) > _MOST or self._pictures() > _MOST_PICTURES:
            self._read.popitem(last=False)
        return shown

    def _pictures(self) -> int:
        return sum(len(shown.pictures) for _, shown in self._read.values())

    async def _look(self, token_hash: str, image_id: str) -> Shown | None:
        async with self._db.reading() as uow:
            found = await uow.session.exec(
                select(Share, User.suspended_at, User.deleted_at)
                .join(User, col(User.id) == col(Share.owner_id))
                .where(Share.token_hash == token_hash)
            )
            row = found.first()
            if row is None:
                return None
            share, suspended_at, deleted_at = row
            read = self._one(uow, share, image_id) if image_id else self._all(uow, share)
            return _shown(share, suspended_at is None and deleted_at is None, await read)

    async def _one(self, uow: UnitOfWork, share: Share, image_id: str) -> list[SharedPicture]:
        """A picture of the link, or the source of one that may be seen if the link shows sources."""
        listed = aliased(Image)
        belongs = col(ShareImage.image_id) == image_id
        if share.shows_source:
            belongs = or_(belongs, col(ShareImage.source_id) == image_id)
        found = await uow.session.exec(
            select(Image).where(
                Image.id == image_id,
                Image.owner_id == share.owner_id,
                _may_be_shown(),
                select(ShareImage.image_id)
                .join(listed, col(listed.id) == col(ShareImage.image_id))
                .where(ShareImage.share_id == share.id, belongs, _may_be_shown(listed))
                .exists(),
            )
        )
        return [SharedPicture(Picture.of(row)) for row in found]

    async def _all(self, uow: UnitOfWork, share: Share) -> list[SharedPicture]:
        found = await uow.session.exec(
            select(ShareImage, Image)
            .join(Image, col(Image.id) == col(ShareImage.image_id))
            .where(
                ShareImage.share_id == share.id,
                Image.owner_id == share.owner_id,
                _may_be_shown(),
            )
            .order_by(col(ShareImage.position))
        )
        rows = found.all()
        sources = await self._sources(uow, share, [one.source_id for one, _ in rows if one.source_id])
        prompts = await self._prompts(uow, share, [one.image_id for one, _ in rows])
        return [
            SharedPicture(
                Picture.of(image),
                one.made_by,
                sources.get(one.source_id or ""),
                prompts[one.image_id].prompt if one.image_id in prompts else "",
            )
            for one, image in rows
        ]

    @staticmethod
    async def _sources(uow: UnitOfWork, share: Share, ids: Sequence[str]) -> dict[str, Picture]:
        if not share.shows_source or not ids:
            return {}
        found = await uow.session.exec(
            select(Image).where(col(Image.id).in_(ids), Image.owner_id == share.owner_id, _may_be_shown())
        )
        return {row.id: Picture.of(row) for row in found}

    async def _prompts(self, uow: UnitOfWork, share: Share, ids: Sequence[str]) -> dict[str, Origin]:
        return await self._origins.of(uow, share.owner_id, ids) if share.shows_prompt else {}


def _may_be_shown(row: type[Image] = Image) -> ColumnElement[bool]:
    return col(row.deleted_at).is_(None) & col(row.taken_down_at).is_(None)


def _shown(share: Share, owner_is_active: bool, pictures: Sequence[SharedPicture]) -> Shown:
    return Shown(
        share_id=share.id,
        title=share.title,
        passcode_hash=share.passcode_hash or "",
        downloads=share.downloads,
        expires_at=share.expires_at,
        is_revoked=share.revoked_at is not None,
        owner_is_active=owner_is_active,
        pictures=tuple(pictures),
    )
