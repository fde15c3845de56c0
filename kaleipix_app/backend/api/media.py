"""`/media/<image id>/<variant>`: pictures, for the browser of their owner.

Whatever is not to be seen looks the same: one plain 404 for unknown, deleted and other people's pictures, for
unknown variants and for people who are not signed in. Access is decided before `If-None-Match` is looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.media import thumbnails
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images, Picture, Variant
from kaleipix_app.backend.media.storage import Storage

# A picture never changes under its id, but a shared browser may change hands: hence private and Vary.
_CACHED = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Vary": "Cookie",
    "X-Content-Type-Options": "nosniff",
}


class _Media:
    def __init__(self, db: Database, identity: Identity, images: Images, storage: Storage) -> None:
        self._db = db
        self._identity = identity
        self._images = images
        self._storage = storage

    async def get(self, request: Request) -> Response:
        """One variant; `?download=1` on the original gives a file to save, `&format=` in another format."""
        try:
            variant, format = _asked(request)
            picture = await self._find(request, variant)
            if request.query_params.get("download") == "1" and variant == "original":
                return await self._download(request, picture, format or Format.of(picture.content_type))
            return await self._shown(request, picture, variant)
        except NotFound:
            return _not_found()

    async def _find(self, request: Request, variant: Variant) -> Picture:
        viewer = await self._identity.viewer(request)
        if viewer is None:
            raise NotFound
        async with self._db.reading() as uow:
            return await self._images.shown(uow, viewer.user_id, request.path_params["image_id"], variant)

    async def _shown(self, request: Request, picture: Picture, variant: Variant) -> Response:
        headers = _headers(f"{picture.id}.{variant}")
        if picture.is_deleted:
            headers["Cache-Control"] = "no-store"  # what is in the trash may be gone for ever at any moment
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        if variant == "original":
            return await self._streamed(request, picture, headers)
        return _whole(request, await self._storage.get(picture.key(variant)), thumbnails.CONTENT_TYPE, headers)

    async def _download(self, request: Request, picture: Picture, format: Format) -> Response:
        headers = _headers(f"{picture.id}.{format.extension}")
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="kaleipix-{picture.id}.{format.extension}"'
        if format.content_type == picture.content_type:
            return await self._streamed(request, picture, headers)
        return _whole(request, await self._images.converted(picture, format), format.content_type, headers)

    async def _streamed(self, request: Request, picture: Picture, headers: dict[str, str]) -> Response:
        headers["Content-Length"] = str(picture.byte_size)
        if request.method == "HEAD":
            return Response(media_type=picture.content_type, headers=headers)
        chunks = self._storage.stream(picture.key("original"))
        first = await anext(chunks, b"")  # a missing file has to show before the status has left
        return StreamingResponse(_joined(first, chunks), media_type=picture.content_type, headers=headers)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _whole(request: Request, data: bytes, content_type: str, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(len(data))
    return Response(b"" if request.method == "HEAD" else data, media_type=content_type, headers=headers)


def _headers(tag: str) -> dict[str, str]:
    return {**_CACHED, "ETag": f'"{tag}"'}


def _asked(request: Request) -> tuple[Variant, Format | None]:
    """The variant, and the format if one is named. Raises NotFound for what there is not."""
    variant = next((known for known in get_args(Variant) if known == request.path_params["variant"]), None)
    if variant is None:
        raise NotFound
    name = request.query_params.get("format")
    try:
        return variant, Format(name.upper()) if name else None
    except ValueError as error:
        raise NotFound from error


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    """RFC 9110, 13.1.2: a list of tags, weak ones count, `*` fits anything."""
    given = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return headers["ETag"] in given or "*" in given


def _not_found() -> Response:
    return PlainTextResponse("Not found", 404, headers={"Cache-Control": "no-store", "Vary": "Cookie"})


def routes(db: Database, identity: Identity, images: Images, storage: Storage) -> list[Route]:
    """`GET` and `HEAD /media/<image id>/<variant>`. Raises StorageFailed."""
    return [Route("/media/{image_id}/{variant}", _Media(db, identity, images, storage).get, methods=["GET"])]
