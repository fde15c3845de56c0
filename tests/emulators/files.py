"""Files at public addresses: what people uploaded and what models made."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from tests.emulators.exchange import Reply


@dataclass
class File:
    """One file: its bytes, or how to make them when they are asked for (results are rarely asked for twice)."""

    name: str
    content_type: str
    data: bytes | None = None
    make: Callable[[], bytes] | None = None
    reply: Reply | None = None
    expires_at: float | None = None
    prompt: str = ""
    model: str = ""

    async def read(self) -> bytes:
        if self.data is not None:
            return self.data
        assert self.make is not None
        return await asyncio.to_thread(self.make)


class Files:
    """Every file by its id, which nobody can guess."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def add(self, base: str, file: File) -> str:
        """The public address of a new file."""
        key = secrets.token_urlsafe(12)
        self._files[key] = file
        return f"{base}/files/{key}/{quote(file.name.replace('/', '_'))}"

    def reserve(self) -> str:
        return secrets.token_urlsafe(12)

    def put(self, key: str, file: File) -> None:
        self._files[key] = file

    def find(self, path: str) -> File | None:
        """The file at a path (or address) of this CDN, unless it has expired."""
        parts = urlsplit(path).path.split("/")
        file = self._files.get(parts[2]) if len(parts) == 4 and parts[1] == "files" else None
        expired = file is not None and file.expires_at is not None and time.time() >= file.expires_at
        return None if expired else file

    def expire_all(self) -> None:
        for file in self._files.values():
            file.expires_at = 0
