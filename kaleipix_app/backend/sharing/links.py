"""What an owner does with links: make them, change them, end them, look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select, update

from kaleipix_app.backend import tokens
from kaleipix_app.backend.abuse.limits import SHARES_PER_PERSON, Limiter
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.origin import Origins
from kaleipix_app.backend.sharing.addresses import Addresses
from kaleipix_app.backend.sharing.models import Share, ShareImage
from kaleipix_app.backend.sharing.terms import KEEP, NO_PASSCODE, Terms, expiry_of

MOST_PICTURES = 500
_MOST_TOLD = 20


@dataclass(frozen=True)
class OwnLink:
    """A link as its owner sees it."""

    id: str
    address: str  # the whole URL; empty if the key that made it is gone
    title: str
    has_passcode: bool
    downloads: bool
    shows_prompt: bool
    shows_source: bool
    views: int
    pictures: int  # how many are still in it
    first: str  # id of the first of them, or empty
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class TakenDown:
    """A picture that an operator took down after a report."""

    image_id: str
    reason: str  # of reports.REASONS
    at: datetime


class Links:
    """Commands of an owner, and their list."""

    def __init__(
        self,
        clock: Clock,
        limiter: Limiter,
        addresses: Addresses,
        images: Images,
        origins: Origins,
        changed: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._limiter = limiter
        self._addresses = addresses
        self._images = images
        self._origins = origins
        self._changed = changed

    async def create(self, uow: UnitOfWork, viewer: Viewer, image_ids: Sequence[str], terms: Terms) -> OwnLink:
        """A link to these pictures in this order, without those that are gone. Raises BadInput, NotFound, TooMany."""
        wanted = list(dict.fromkeys(image_ids))
        if len(wanted) > MOST_PICTURES:
            raise BadInput(f"A link shows at most {MOST_PICTURES} pictures. Choose fewer.")
        kept = await self._images.kept(uow, viewer.user_id, wanted)
        pictures = [id for id in wanted if id in kept]
        if not pictures:
            raise NotFound("This picture is not there any more.")
        if await self._taken_down(uow, viewer, col(Image.id).in_(pictures)):
            raise Conflict("An operator took a picture of these down after a report. It cannot be shared again.")
        self._limiter.take(SHARES_PER_PERSON, viewer.user_id)
        now = self._clock.now()
        id = tokens.new_id()
        share = Share(
            id=id,
            owner_id=viewer.user_id,
            token_hash=tokens.fingerprint(self._addresses.new_token(id)),
            created_at=now,
            downloads=terms.downloads,
            shows_prompt=terms.shows_prompt,
            shows_source=terms.shows_source,
        )
        _apply(share, terms, now)
        uow.session.add(share)
        await uow.session.flush()
        await self._add_pictures(uow, share, pictures)
        self._ring(uow, viewer)
        return await self.one(uow, viewer, id)

    async def edit(self, uow: UnitOfWork, viewer: Viewer, share_id: str, terms: Terms) -> OwnLink:
        """Other terms for the same address. Raises NotFound, BadInput (there is no passcode to keep)."""
        share = await self._mine(uow, viewer, share_id)
        if terms.passcode_hash == KEEP and share.passcode_hash is None:
            raise BadInput(NO_PASSCODE, code="passcode")
        _apply(share, terms, self._clock.now())
        await uow.session.flush()
        self._ring(uow, viewer)
        return await self.one(uow, viewer, share_id)

    async def revoke(self, uow: UnitOfWork, viewer: Viewer, share_id: str) -> None:
        """End one link, at once and for good. Raises NotFound."""
        if not await self._revoke(uow, viewer, col(Share.id) == share_id):
            raise NotFound("This link has ended already.")

    async def revoke_all(self, uow: UnitOfWork, viewer: Viewer) -> int:
        """End all of them; returns how many."""
        return await self._revoke(uow, viewer, col(Share.id).is_not(None))

    async def one(self, uow: UnitOfWork, viewer: Viewer, share_id: str) -> OwnLink:
        """One live link. Raises NotFound."""
        links = await self._read(uow, viewer, col(Share.id) == share_id)
        if not links:
            raise NotFound("This link has ended already.")
        return links[0]

    async def live(self, uow: UnitOfWork, viewer: Viewer, limit: int, offset: int = 0) -> list[OwnLink]:
        """Links that work, the newest first."""
        return await self._read(uow, viewer, col(Share.id).is_not(None), limit, offset)

    async def taken_down(self, uow: UnitOfWork, viewer: Viewer) -> list[TakenDown]:
        """Pictures of this person that no link may show any more, the latest first."""
        return await self._taken_down(uow, viewer, col(Image.deleted_at).is_(None))

    @staticmethod
    async def _taken_down(uow: UnitOfWork, viewer: Viewer, which: ColumnElement[bool]) -> list[TakenDown]:
        found = await uow.session.exec(
            select(Image)
            .where(Image.owner_id == viewer.user_id, col(Image.taken_down_at).is_not(None), which)
            .order_by(col(Image.taken_down_at).desc(), col(Image.id))
            .limit(_MOST_TOLD)
        )
        return [TakenDown(row.id, row.taken_down_for, row.taken_down_at) for row in found if row.taken_down_at]

    async def _add_pictures(self, uow: UnitOfWork, share: Share, pictures: Sequence[str]) -> None:
        origins = await self._origins.of(uow, share.owner_id, pictures)
        for position, id in enumerate(pictures):
            origin = origins.get(id)
            uow.session.add(
                ShareImage(
                    share_id=share.id,
                    image_id=id,
                    position=position,
                    source_id=origin.source_id if origin else None,
                    made_by=origin.made_by if origin else "",
                )
            )
        await uow.session.flush()

    async def _read(
        self, uow: UnitOfWork, viewer: Viewer, which: ColumnElement[bool], limit: int | None = None, offset: int = 0
    ) -> list[OwnLink]:
        query = select(Share).where(Share.owner_id == viewer.user_id, self._works(), which)
        found = await uow.session.exec(query.order_by(col(Share.id).desc()).limit(limit).offset(offset or None))
        shares = found.all()
        pictures = await self._pictures(uow, [share.id for share in shares])
        return [self._view(share, pictures.get(share.id, [])) for share in shares]

    @staticmethod
    async def _pictures(uow: UnitOfWork, share_ids: Sequence[str]) -> dict[str, list[str]]:
        """Ids of the pictures that each link still shows, in order."""
        found = await uow.session.exec(
            select(ShareImage.share_id, ShareImage.image_id)
            .join(Image, col(Image.id) == col(ShareImage.image_id))
            .where(
                col(ShareImage.share_id).in_(share_ids),
                col(Image.deleted_at).is_(None),
                col(Image.taken_down_at).is_(None),
            )
            .order_by(col(ShareImage.position))
        )
        pictures: dict[str, list[str]] = {}
        for share_id, image_id in found.all():
            pictures.setdefault(share_id, []).append(image_id)
        return pictures

    def _view(self, share: Share, pictures: list[str]) -> OwnLink:
        return OwnLink(
            id=share.id,
            address=self._addresses.of(share.id, share.token_hash),
            title=share.title,
            has_passcode=share.passcode_hash is not None,
            downloads=share.downloads,
            shows_prompt=share.shows_prompt,
            shows_source=share.shows_source,
            views=share.views,
            pictures=len(pictures),
            first=pictures[0] if pictures else "",
            created_at=share.created_at,
            expires_at=share.expires_at,
        )

    def _works(self) -> ColumnElement[bool]:
        return col(Share.revoked_at).is_(None) & or_(
            col(Share.expires_at).is_(None), col(Share.expires_at) > self._clock.now()
        )

    async def _mine(self, uow: UnitOfWork, viewer: Viewer, share_id: str) -> Share:
        found = await uow.session.exec(
            select(Share).where(Share.id == share_id, Share.owner_id == viewer.user_id, self._works())
        )
        share = found.first()
        if share is None:
            raise NotFound("This link has ended already.")
        return share

    async def _revoke(self, uow: UnitOfWork, viewer: Viewer, which: ColumnElement[bool]) -> int:
        changed = await uow.session.exec(
            update(Share)
            .where(col(Share.owner_id) == viewer.user_id, self._works(), which)
            .values(revoked_at=self._clock.now())
        )
        self._ring(uow, viewer)
        return int(changed.rowcount)

    def _ring(self, uow: UnitOfWork, viewer: Viewer) -> None:
        uow.after_commit(lambda: self._changed(viewer.user_id))


def _apply(share: Share, terms: Terms, now: datetime) -> None:
    share.title = terms.title
    share.downloads, share.shows_prompt, share.shows_source = terms.downloads, terms.shows_prompt, terms.shows_source
    if terms.passcode_hash != KEEP:
        share.passcode_hash = terms.passcode_hash or None
    if terms.expiry != KEEP:
        share.expires_at = expiry_of(terms.expiry, now)
