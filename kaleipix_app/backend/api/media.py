"""`/media/<image id>/<variant>`: pictures, for the browser of their owner.

Whatever is not to be seen looks the same: one plain 404 for unknown, deleted and other people's pictures, for
unknown variants and for people who are not signed in. Access is decided before `If-None-Match` is looked at.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.api.pictures import PictureAnswers, asked
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.media.images import Images, Picture, Variant
from kaleipix_app.backend.media.storage import Storage

# A picture never changes under its id, but a shared browser may change hands: hence private and Vary.
_CACHED = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Cookie"}
_IN_TRASH = {**_CACHED, "Cache-Control": "no-store"}  # it may be gone for ever at any moment


class _Media:
    def __init__(self, db: Database, identity: Identity, images: Images, storage: Storage) -> None:
        self._db = db
        self._identity = identity
        self._images = images
        self._answers = PictureAnswers(images, storage)

    async def get(self, request: Request) -> Response:
        """One variant."""
        try:
            variant, format = asked(request)
            picture = await self._find(request, variant)
            caching = _IN_TRASH if picture.is_deleted else _CACHED
            return await self._answers.answer(request, picture, variant, format, caching)
        except NotFound:
            return _not_found()

    async def _find(self, request: Request, variant: Variant) -> Picture:
        viewer = await self._identity.viewer(request)
        if viewer is None:
            raise NotFound
        async with self._db.reading(short=True) as uow:
            return await self._images.shown(uow, viewer.user_id, request.path_params["image_id"], variant)


def _not_found() -> Response:
    return PlainTextResponse("Not found", 404, headers={"Cache-Control": "no-store", "Vary": "Cookie"})


def routes(db: Database, identity: Identity, images: Images, storage: Storage) -> list[Route]:
    """`GET` and `HEAD /media/<image id>/<variant>`. Raises StorageFailed."""
    return [Route("/media/{image_id}/{variant}", _Media(db, identity, images, storage).get, methods=["GET"])]
