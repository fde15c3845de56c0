"""How a picture leaves the house, once somebody else has decided that it may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.media import thumbnails
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images, Picture, Variant
from kaleipix_app.backend.media.storage import Storage


def _without_limit() -> None:
    return None


class PictureAnswers:
    """Shown in a page, or saved as a file. Raises NotFound for bytes that are lost, StorageFailed."""

    def __init__(self, images: Images, storage: Storage) -> None:
        self._images = images
        self._storage = storage

    async def answer(
        self,
        request: Request,
        picture: Picture,
        variant: Variant,
        format: Format | None,
        caching: Mapping[str, str],
        memo: dict[str, bytes] | None = None,
        converting: Callable[[], None] = _without_limit,
    ) -> Response:
        """`?download=1` on the original gives a file to save, `&format=` in another format.

        `memo` keeps the bytes for the caller, who knows for how long they may be given out; `converting` is called
        before a file is made in another format, which takes a while, and may refuse that.
        """
        if request.query_params.get("download") == "1" and variant == "original":
            wanted = format or Format.of(picture.content_type)
            return await self._download(request, picture, wanted, caching, converting)
        return await self._shown(request, picture, variant, caching, {} if memo is None else memo)

    async def _shown(
        self, request: Request, picture: Picture, variant: Variant, caching: Mapping[str, str], memo: dict[str, bytes]
    ) -> Response:
        headers = _headers(f"{picture.id}.{variant}", caching)
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        if variant == "original":
            return await self._streamed(request, picture, headers)
        if variant not in memo:
            memo[variant] = await self._images.small_copy(picture.storage_key, variant)
        return _whole(request, memo[variant], thumbnails.CONTENT_TYPE, headers)

    async def _download(
        self,
        request: Request,
        picture: Picture,
        format: Format,
        caching: Mapping[str, str],
        converting: Callable[[], None],
    ) -> Response:
        headers = _headers(f"{picture.id}.{format.extension}", caching)
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="kaleipix-{picture.id}.{format.extension}"'
        if format.content_type == picture.content_type:
            return await self._streamed(request, picture, headers)
        converting()
        return _whole(request, await self._images.converted(picture, format), format.content_type, headers)

    async def _streamed(self, request: Request, picture: Picture, headers: dict[str, str]) -> Response:
        headers["Content-Length"] = str(picture.byte_size)
        if request.method == "HEAD":
            return Response(media_type=picture.content_type, headers=headers)
        chunks = self._storage.stream(picture.key("original"))
        first = await anext(chunks, b"")  # a missing file has to show before the status has left
        return StreamingResponse(_joined(first, chunks), media_type=picture.content_type, headers=headers)


def asked(request: Request) -> tuple[Variant, Format | None]:
    """The variant, and the format if one is named. Raises NotFound for what there is not."""
    variant = next((known for known in get_args(Variant) if known == request.path_params["variant"]), None)
    if variant is None:
        raise NotFound
    name = request.query_params.get("format")
    try:
        return variant, Format(name.upper()) if name else None
    except ValueError as error:
        raise NotFound from error


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _whole(request: Request, data: bytes, content_type: str, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(len(data))
    return Response(b"" if request.method == "HEAD" else data, media_type=content_type, headers=headers)


def _headers(tag: str, caching: Mapping[str, str]) -> dict[str, str]:
    return {**caching, "ETag": f'"{tag}"', "X-Content-Type-Options": "nosniff"}


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    """RFC 9110, 13.1.2: a list of tags, weak ones count, `*` fits anything."""
    given = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return headers["ETag"] in given or "*" in given
