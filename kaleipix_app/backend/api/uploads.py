"""`PUT /api/uploads`: one picture as the raw body of one request.

Not a form: a form would be parsed before anybody knows who sends it. The session is looked up before a byte of the
body is read, bytes are counted as they come, and the file on the way has no name on disk, so that it is gone with
the request, also after a crash.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kaleipix_app.backend import log, metrics
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, DatabaseFailed, KaleipixError, StorageFailed, TooLarge, TooMany
from kaleipix_app.backend.media.images import Images, Picture
from kaleipix_app.backend.media.ingest import MAX_BYTES, TOO_MANY_BYTES
from kaleipix_app.backend.media.masks import Masks

MOST_AT_ONCE = 4  # per person
_SECONDS = 600.0  # for the body: 25 MB at 350 kbit/s
_TOO_SLOW = "The upload took longer than ten minutes and was stopped. Try a smaller file or a faster connection."

_log = log.get("uploads")


_Keep = Callable[[str, IO[bytes]], Awaitable[Picture]]


class _Uploads:
    def __init__(self, db: Database, identity: Identity, images: Images, masks: Masks, data_dir: Path) -> None:
        self._db = db
        self._identity = identity
        self._images = images
        self._masks = masks
        self._folder = data_dir / "tmp"
        self._under_way: Counter[str] = Counter()

    async def put(self, request: Request) -> Response:
        """Answers 201 with the picture's id, size and addresses."""
        return await self._kept(request, partial(self._images.keep_source, self._db))

    async def put_mask(self, request: Request) -> Response:
        """The same for a mask, whose source is named in the address: `?source=<image id>`."""
        source_id = request.query_params.get("source", "")
        return await self._kept(request, lambda owner_id, file: self._masks.keep(owner_id, source_id, file))

    async def _kept(self, request: Request, keep: _Keep) -> Response:
        viewer = await self._identity.require(request)
        try:
            answer = await self._put(request, viewer, keep)
        except KaleipixError:
            metrics.uploads.labels("refused").inc()
            raise
        metrics.uploads.labels("stored").inc(answer.status_code == 201)
        return answer

    async def _put(self, request: Request, viewer: Viewer, keep: _Keep) -> Response:
        _check_length(request)
        with self._slot(viewer.user_id), self._file() as file:
            try:
                await _receive(request, file)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            try:
                picture = await keep(viewer.user_id, file)
            except DatabaseFailed as error:
                raise StorageFailed from error
        return _created(picture)

    @contextmanager
    def _slot(self, user_id: str) -> Iterator[None]:
        if self._under_way[user_id] >= MOST_AT_ONCE:
            raise TooMany(f"{MOST_AT_ONCE} uploads are under way already. Wait until one is done.", retry_after=5)
        self._under_way[user_id] += 1
        try:
            yield
        finally:
            self._under_way[user_id] -= 1
            self._under_way += Counter()  # forgets those at zero

    @contextmanager
    def _file(self) -> Iterator[IO[bytes]]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - closed below
        except OSError as error:
            raise _no_disk(error) from error
        with file:
            yield file


async def _receive(request: Request, file: IO[bytes]) -> None:
    size = 0
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLarge(TOO_MANY_BYTES)
                await asyncio.to_thread(_write, file, chunk)
    except TimeoutError as error:
        raise BadInput(_TOO_SLOW, code="took_too_long") from error
    except OSError as error:
        raise _no_disk(error) from error


def _write(file: IO[bytes], chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:  # without a buffer a write may take only a part; with one, a full disk would show too late
        left = left[file.write(left) :]


def _check_length(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise TooLarge(TOO_MANY_BYTES)


def _no_disk(error: OSError) -> StorageFailed:
    _log.error("temporary_file_failed", reason=error.strerror)
    return StorageFailed()


def _created(picture: Picture) -> JSONResponse:
    address = f"/media/{picture.id}"
    body = {
        "id": picture.id,
        "width": picture.width,
        "height": picture.height,
        "thumb": f"{address}/thumb",
        "preview": f"{address}/preview",
    }
    return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})


def routes(db: Database, identity: Identity, images: Images, masks: Masks, data_dir: Path) -> list[Route]:
    """`PUT /api/uploads`, `/api/uploads/mask`. Raises SignInNeeded, NotFound (the mask's source), TooLarge, TooMany,
    BadInput, Conflict, StorageFailed."""
    uploads = _Uploads(db, identity, images, masks, data_dir)
    return [
        Route("/api/uploads", uploads.put, methods=["PUT"]),
        Route("/api/uploads/mask", uploads.put_mask, methods=["PUT"]),
    ]
