"""Where bytes of pictures lie: one interface for disk and, later, buckets (obstore)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore

from kaleipix_app.backend import log
from kaleipix_app.backend.errors import NotFound, StorageFailed

_log = log.get("storage")


class Storage:
    """Puts, gets and deletes whole objects under generated keys."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(prefix=root, automatic_cleanup=True)  # no empty folder keeps the name of what is gone

    async def put(self, key: str, data: bytes) -> None:
        """Create the object. A second put of the same key keeps the first: a repeat is harmless.

        Raises StorageFailed.
        """
        try:
            await obstore.put_async(self._store, key, data, mode="create")
        except AlreadyExistsError:
            return
        except (BaseError, OSError) as error:
            _log.error("put_failed", key=key, reason=type(error).__name__)
            raise StorageFailed from error

    async def get(self, key: str) -> bytes:
        """The whole object. Raises NotFound, StorageFailed."""
        try:
            result = await obstore.get_async(self._store, key)
            return bytes(await result.bytes_async())
        except FileNotFoundError as error:
            raise NotFound from error
        except (BaseError, OSError) as error:
            _log.error("get_failed", key=key, reason=type(error).__name__)
            raise StorageFailed("The picture could not be read. Please try again in a minute.") from error

    async def has(self, key: str) -> bool:
        """Whether the object is there. Raises StorageFailed."""
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        except (BaseError, OSError) as error:
            raise StorageFailed("The picture could not be read. Please try again in a minute.") from error
        return True

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """The object in chunks. Raises NotFound before the first one, StorageFailed."""
        try:
            result = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise NotFound from error
        except (BaseError, OSError) as error:
            raise StorageFailed("The picture could not be read. Please try again in a minute.") from error
        async for chunk in result.stream():
            yield bytes(chunk)

    async def listing(self, batch: int) -> AsyncIterator[list[tuple[str, datetime]]]:
        """Keys of everything that is stored, with the time of writing, in batches."""
        async for objects in obstore.list(self._store, chunk_size=batch):
            yield [(str(one["path"]), one["last_modified"]) for one in objects]

    async def delete(self, keys: list[str]) -> None:
        """Remove the objects; those that are gone already are fine."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue
