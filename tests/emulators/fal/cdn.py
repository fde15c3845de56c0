"""Uploads and downloads: tokens, the CDN, the older two-step way, parts of large files."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.emulators.fal.queue import answer
from tests.emulators.files import File

if TYPE_CHECKING:
    from tests.emulators.fal.app import Fal

PLAIN = "application/octet-stream"


class Cdn:
    """Answers what is asked of the REST host's storage and of the CDN."""

    def __init__(self, fal: Fal) -> None:
        self._fal = fal
        self._tokens: set[str] = set()
        self._parts: dict[str, dict[int, bytes]] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/storage/auth/token", self.token, methods=["POST"]),
            Route("/storage/upload/initiate", self.initiate, methods=["POST"]),
            Route("/storage/put/{key}/{name}", self.put, methods=["PUT"]),
            Route("/files/upload", self.upload, methods=["POST"]),
            Route("/files/upload/multipart", self.begin, methods=["POST"]),
            Route("/files/{key}/{name}/multipart/{upload}/complete", self.complete, methods=["POST"]),
            Route("/files/{key}/{name}/multipart/{upload}/{part:int}", self.part, methods=["PUT"]),
            Route("/files/{key}/{name}", self.download, methods=["GET", "HEAD"]),
        ]

    async def token(self, request: Request) -> Response:
        if refusal := self._fal.unauthorized(request.headers.get("authorization", "")):
            return answer(refusal)
        made = secrets.token_urlsafe(16)
        self._tokens.add(made)
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        base = _base(request)
        return JSONResponse({"token": made, "token_type": "Bearer", "base_url": base, "expires_at": ends})

    def _refused(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = scheme == "Bearer" and token in self._tokens
        return None if known else JSONResponse({"detail": "Invalid token"}, 401)

    async def upload(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        file = _described(request)
        file.data = await request.body()
        return JSONResponse({"access_url": self._fal.files.add(_base(request), file)})

    async def begin(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        upload = secrets.token_urlsafe(8)
        self._parts[upload] = {}
        url = self._fal.files.add(_base(request), _described(request))
        return JSONResponse({"access_url": url, "uploadId": upload})

    async def part(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        number = request.path_params["part"]
        self._parts[request.path_params["upload"]][number] = await request.body()
        return Response(headers={"etag": f'"{number}"'})

    async def complete(self, request: Request) -> Response:
        if refusal := self._refused(request):
            return refusal
        parts = self._parts.pop(request.path_params["upload"])
        url = str(request.url).partition("/multipart/")[0]
        file = self._fal.files.find(url)
        if file is None:
            return JSONResponse({"detail": "Not found"}, 404)
        told = sorted(part["partNumber"] for part in (await request.json())["parts"])
        file.data = b"".join(parts[number] for number in told)
        return JSONResponse({"access_url": url})

    async def initiate(self, request: Request) -> Response:
        if refusal := self._fal.unauthorized(request.headers.get("authorization", "")):
            return answer(refusal)
        asked: dict[str, Any] = await request.json()
        where = f"{self._fal.files.reserve()}/{asked['file_name']}"
        base = _base(request)
        return JSONResponse({"upload_url": f"{base}/storage/put/{where}", "file_url": f"{base}/files/{where}"})

    async def put(self, request: Request) -> Response:
        kind = request.headers.get("content-type", PLAIN)
        file = File(request.path_params["name"], kind, data=await request.body())
        self._fal.files.put(request.path_params["key"], file)
        return Response()

    async def download(self, request: Request) -> Response:
        file = self._fal.files.find(request.url.path)
        if file is None:
            return JSONResponse({"detail": "Not found"}, 404)
        if file.reply is not None:
            return answer(file.reply)
        return Response(await file.read(), media_type=file.content_type)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _described(request: Request) -> File:
    headers = request.headers
    seconds = json.loads(headers.get("x-fal-object-lifecycle", "{}")).get("expiration_duration_seconds")
    ends = time.time() + seconds if seconds else None
    name = headers.get("x-fal-file-name", "file")
    return File(name, headers.get("content-type", PLAIN), data=b"", expires_at=ends)
