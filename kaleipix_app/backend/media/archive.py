"""A ZIP that is made while it is sent: one picture in memory at a time, whatever the size of the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from zipstream import ZIP_STORED, ZipStream

from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.pictures import Picture
from kaleipix_app.backend.media.storage import Storage


async def zipped(storage: Storage, pictures: Iterable[Picture]) -> AsyncIterator[bytes]:
    """The originals, numbered in their order. Not compressed: pictures are. Raises NotFound, StorageFailed."""
    archive = ZipStream(compress_type=ZIP_STORED)
    for number, picture in enumerate(pictures, start=1):
        data = await storage.get(picture.key("original"))
        archive.add(data, f"kaleipix-{number:03}.{Format.of(picture.content_type).extension}")
        for chunk in archive.file():
            yield chunk
    for chunk in archive.finalize():
        yield chunk
