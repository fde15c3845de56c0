"""What a link would show: for the dialog in which its owner decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import UnitOfWork
from kaleipix_app.backend.errors import BadInput, NotFound
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.origin import Origins
from kaleipix_app.backend.sharing.links import MOST_PICTURES
from kaleipix_app.backend.sharing.models import Share, ShareImage


@dataclass(frozen=True)
class Draft:
    """Pictures for a link, and what may be told of the first."""

    image_ids: tuple[str, ...]
    made_by: str  # ai | algorithm, or empty
    prompt: str
    source_id: str  # of the first picture that has one which is kept, or empty


class Drafts:
    """Looks pictures up, always as their owner."""

    def __init__(self, images: Images, origins: Origins) -> None:
        self._images = images
        self._origins = origins

    async def of(self, uow: UnitOfWork, viewer: Viewer, image_ids: Sequence[str]) -> Draft:
        """Those of the pictures that are kept, in their order. Raises NotFound (none), BadInput (too many)."""
        if len(image_ids) > MOST_PICTURES:
            raise BadInput(f"A link shows at most {MOST_PICTURES} pictures. Choose fewer.")
        kept = await self._images.kept(uow, viewer.user_id, list(image_ids))
        ids = tuple(id for id in dict.fromkeys(image_ids) if id in kept)
        if not ids:
            raise NotFound("This picture is not there any more.")
        origins = await self._origins.of(uow, viewer.user_id, ids)
        sources = [origins[id].source_id or "" for id in ids if id in origins and origins[id].source_id]
        there = await self._images.kept(uow, viewer.user_id, sources)
        first = origins.get(ids[0])
        return Draft(
            image_ids=ids,
            made_by=first.made_by if first else "",
            prompt=first.prompt if first else "",
            source_id=next((id for id in sources if id in there), ""),
        )

    async def of_link(self, uow: UnitOfWork, viewer: Viewer, share_id: str) -> Draft:
        """What a link of this person shows. Raises NotFound."""
        found = await uow.session.exec(
            select(ShareImage.image_id)
            .join(Share, col(Share.id) == col(ShareImage.share_id))
            .where(ShareImage.share_id == share_id, Share.owner_id == viewer.user_id)
            .order_by(col(ShareImage.position))
        )
        return await self.of(uow, viewer, found.all())
