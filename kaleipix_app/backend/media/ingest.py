"""From any bytes to a picture that is safe to keep, with its two smaller copies, off the event loop.

What is kept is always written anew from pixels: upright, sRGB, without a byte of the file that was sent. JPEG stays
JPEG (quality 95, its own colour sampling), PNG and WebP stay what they are, GIF becomes PNG. AVIF and HEIC become
JPEG, because every provider takes it and both are photographs as a rule; PNG if something shows through.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeVar

from kaleipix_app.backend.errors import BadInput, TooLarge
from kaleipix_app.backend.media import thumbnails
from kaleipix_app.backend.media.decode import Deadline, Decoded, decode
from kaleipix_app.backend.media.encode import Format, encode
from kaleipix_app.backend.media.provenance import SourceType, mark
from kaleipix_app.backend.media.signing import Marker

MAX_BYTES = 25 * 1024 * 1024  # of a file that a person brings
TOO_MANY_BYTES = "This file is larger than 25 MB. Save the picture smaller and try again."
_EMPTY = "This file is empty. Choose another one."
_SECONDS = 20.0  # for one picture once its turn has come; 50 megapixels take 2 to 8 on a core of 2020

Incoming = bytes | Path | IO[bytes]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Ingested:
    """One picture, ready to be stored."""

    format: Format
    width: int  # pixels
    height: int
    original: bytes
    thumb: bytes  # WebP, long edge at most 320 pixels
    preview: bytes | None  # WebP, long edge at most 1280 pixels; None: made later, by `Ingest.preview`


class Ingest:
    """A bounded pool of threads for work on pixels (Pillow lets go of the interpreter while it works).

    `workers` pictures at a time, `seconds` for each. Memory for each: 4 bytes a pixel, twice while turning it.
    """

    def __init__(self, workers: int, mark: Marker = mark, *, seconds: float = _SECONDS) -> None:
        self._workers = workers
        self._mark = mark
        self._seconds = seconds
        self._pool: ThreadPoolExecutor | None = None

    async def source(self, data: Incoming) -> Ingested:
        """A picture that a person brought. Raises BadInput, TooLarge."""
        return await self._run(lambda deadline: _source(data, deadline))

    async def mask(self, data: Incoming, size: tuple[int, int]) -> Ingested:
        """What a person painted over a picture of this size. Raises BadInput, TooLarge."""
        return await self._run(lambda deadline: _mask(data, size, deadline))

    async def result(self, data: bytes, source_type: SourceType) -> Ingested:
        """A picture that an engine made; its files carry the mark. The preview follows. Raises BadInput, TooLarge."""
        return await self._run(lambda deadline: _result(data, source_type, self._mark, deadline))

    async def convert(self, data: bytes, format: Format, source_type: SourceType | None) -> bytes:
        """A kept picture in another format, marked if a source type is given. Raises BadInput."""
        return await self._run(lambda deadline: _convert(data, format, source_type, self._mark, deadline))

    async def preview(self, data: bytes, source_type: SourceType | None) -> bytes:
        """The preview of a kept picture, marked if a source type is given. Raises BadInput."""
        return await self._run(lambda deadline: _preview(data, source_type, self._mark, deadline))

    async def smaller(self, data: bytes, edge: int) -> bytes:
        """A kept picture, made smaller until its long edge has at most `edge` pixels. Raises BadInput."""
        return await self._run(lambda deadline: _smaller(data, edge, deadline))

    def close(self) -> None:
        """Let the threads end; what waits for its turn is cancelled."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _run(self, work: Callable[[Deadline], _T]) -> _T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="ingest")
        context = contextvars.copy_context()  # log lines keep the request's id
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, self._timed, work)

    def _timed(self, work: Callable[[Deadline], _T]) -> _T:
        return work(Deadline(self._seconds))  # the clock starts in the thread: waiting for a turn is free


def _source(incoming: Incoming, deadline: Deadline) -> Ingested:
    decoded = decode(_bytes_of(incoming), deadline)
    format = _kept_as(decoded)
    return _finish(decoded, format, encode(decoded.pixels, format, sampling=decoded.sampling), deadline)


def _mask(incoming: Incoming, size: tuple[int, int], deadline: Deadline) -> Ingested:
    """Black and white, nothing between: every provider has its own idea of grey."""
    decoded = decode(_bytes_of(incoming), deadline)
    if decoded.pixels.size != size:
        raise BadInput("This mask does not fit its picture. Paint it again.", code="mask_size")
    pixels = decoded.pixels.convert("L").point(lambda value: 255 if value > 127 else 0)
    if pixels.getextrema()[1] == 0:
        raise BadInput("Nothing is marked yet. Paint over the part that should change.", code="mask_empty")
    painted = replace(decoded, pixels=pixels.convert("RGB"))
    return _finish(painted, Format.PNG, encode(painted.pixels, Format.PNG), deadline)


def _result(data: bytes, source_type: SourceType, mark: Marker, deadline: Deadline) -> Ingested:
    decoded = decode(data, deadline)
    format = _kept_as(decoded)
    # An engine's own file is kept as it is where it can be: only the metadata around the pixels is replaced.
    keep = decoded.is_plain and decoded.format == format
    original = data if keep else encode(decoded.pixels, format, sampling=decoded.sampling)
    deadline.check()
    thumb = thumbnails.thumb(decoded.pixels)
    deadline.check()
    return Ingested(format, *decoded.pixels.size, mark(original, source_type), mark(thumb, source_type), None)


def _convert(data: bytes, format: Format, source_type: SourceType | None, mark: Marker, deadline: Deadline) -> bytes:
    file = encode(decode(data, deadline).pixels, format)
    return file if source_type is None else mark(file, source_type)


def _preview(data: bytes, source_type: SourceType | None, mark: Marker, deadline: Deadline) -> bytes:
    file = thumbnails.preview(decode(data, deadline).pixels)
    return file if source_type is None else mark(file, source_type)


def _smaller(data: bytes, edge: int, deadline: Deadline) -> bytes:
    decoded = decode(data, deadline)
    return encode(thumbnails.fit(decoded.pixels, edge), _kept_as(decoded), sampling=decoded.sampling)


def _finish(decoded: Decoded, format: Format, original: bytes, deadline: Deadline) -> Ingested:
    deadline.check()
    # The thumb is made from the preview's pixels where those are fewer.
    preview = thumbnails.fit(decoded.pixels, thumbnails.PREVIEW)
    files = thumbnails.thumb(preview), thumbnails.preview(preview)
    deadline.check()
    return Ingested(format, *decoded.pixels.size, original, *files)


def _kept_as(decoded: Decoded) -> Format:
    if decoded.format in list(Format):
        return Format(decoded.format)
    if decoded.format == "GIF" or decoded.pixels.mode == "RGBA":
        return Format.PNG
    return Format.JPEG


def _bytes_of(incoming: Incoming) -> bytes:
    data = _read(incoming)
    if not data:
        raise BadInput(_EMPTY, code="not_a_picture")
    if len(data) > MAX_BYTES:
        raise TooLarge(TOO_MANY_BYTES)
    return data


def _read(incoming: Incoming) -> bytes:
    """At most one byte more than allowed, which is enough to refuse it."""
    if isinstance(incoming, bytes):
        return incoming
    if isinstance(incoming, Path):
        with incoming.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    incoming.seek(0)
    return incoming.read(MAX_BYTES + 1)
