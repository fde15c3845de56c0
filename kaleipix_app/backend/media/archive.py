"""ZIP files that are written while they are sent: of any size, with never more than one picture in memory.

Pictures are stored as they are: they do not compress, and each keeps its marks of provenance byte for byte.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from zipstream import ZipStream

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import NotFound, StorageFailed
from kaleipix_app.backend.media.storage import Storage

CONTENT_TYPE = "application/zip"
_log = log.get("archive")


@dataclass(frozen=True)
class Entry:
    """One file of the archive: something stored, or a text."""

    name: str
    key: str = ""  # in storage
    text: str = ""


async def archive(storage: Storage, entries: AsyncIterator[Entry]) -> AsyncIterator[bytes]:
    """The bytes of the archive. What cannot be read is left out and named in a text at the end."""
    stream = ZipStream()
    missing: list[str] = []
    async for entry in entries:
        try:
            data = await storage.get(entry.key) if entry.key else entry.text.encode()
        except (NotFound, StorageFailed) as error:
            _log.error("left_out", reason=type(error).__name__)
            missing.append(entry.name)
            continue
        stream.add(data, entry.name)
        for chunk in stream.all_files():
            yield chunk
    if missing:
        stream.add("These files could not be read:\n" + "\n".join(missing) + "\n", "MISSING.txt")
    for chunk in stream.finalize():
        yield chunk
