"""Archives: written while they are sent, with one picture in memory at a time, whole even if one cannot be read."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

from kaleipix_app.backend.media.archive import Entry, archive
from kaleipix_app.backend.media.storage import Storage

_SIZE = 400_000


async def entries(*given: Entry) -> AsyncIterator[Entry]:
    for entry in given:
        yield entry


async def test_what_goes_in_comes_out_byte_for_byte(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    data = os.urandom(_SIZE)
    await storage.put("results/a/original", data)
    picture, words = Entry("results/a.png", key="results/a/original"), Entry("settings/a.json", text='{"prompt": "ß"}')
    whole = b"".join([chunk async for chunk in archive(storage, entries(picture, words))])
    with zipfile.ZipFile(io.BytesIO(whole)) as read:
        assert read.testzip() is None
        assert read.read("results/a.png") == data
        assert read.read("settings/a.json").decode() == '{"prompt": "ß"}'


async def test_what_cannot_be_read_is_named_and_the_rest_is_whole(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    await storage.put("here", b"bytes")
    given = (Entry("gone.png", key="gone"), Entry("here.png", key="here"))
    whole = b"".join([chunk async for chunk in archive(storage, entries(*given))])
    with zipfile.ZipFile(io.BytesIO(whole)) as read:
        assert read.namelist() == ["here.png", "MISSING.txt"]
        assert "gone.png" in read.read("MISSING.txt").decode()


async def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Sixty pictures pass through; what is held at any moment is a few of them."""
    storage = Storage(tmp_path)
    await storage.put("one", os.urandom(_SIZE))
    given = [Entry(f"{number}.png", key="one") for number in range(60)]
    tracemalloc.start()
    try:
        sent = 0
        async for chunk in archive(storage, entries(*given)):
            sent += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 60 * _SIZE
    assert peak < 5 * _SIZE
