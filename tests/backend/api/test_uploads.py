"""`PUT /api/uploads` as a browser, a careless client and an attacker use it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from sqlalchemy.exc import OperationalError
from starlette.types import Message

from kaleipix_app.backend.api import uploads
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.media import images as images_module
from kaleipix_app.backend.media.ingest import MAX_BYTES
from tests.backend.api.pictures_app import PicturesApp, pictures_app
from tests.backend.media.samples import CANARY, bomb, file, phone_photo, photo
from tests.conftest import MovableClock

PATH = "/api/uploads"
MEGABYTE = 1024 * 1024
NOTHING: tuple[list[str], int] = ([], 0)


@pytest.fixture
async def house(db: Database, clock: MovableClock, tmp_path: Path) -> AsyncIterator[PicturesApp]:
    async with pictures_app(db, clock, tmp_path) as made:
        yield made


class Call:
    """One request made by hand, to see how much of its body was asked for."""

    def __init__(self, house: PicturesApp, who: str | None, chunks: list[bytes], **headers: str) -> None:
        self.taken = 0
        self.status = 0
        self._app = house.app
        self._chunks = chunks
        given = house.cookie(who) | {name.replace("_", "-"): value for name, value in headers.items()}
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "PUT",
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("studio.test", 80),
        }

    async def receive(self) -> Message:
        if self.taken == len(self._chunks):
            return {"type": "http.disconnect"}
        self.taken += 1
        return {"type": "http.request", "body": self._chunks[self.taken - 1], "more_body": True}

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)

    async def run(self) -> Call:
        await self._app(self._scope, self.receive, self.send)
        return self


async def test_a_picture_goes_in_and_its_addresses_come_back(house: PicturesApp) -> None:
    async with house.browser("owner") as browser:
        answer = await browser.put(PATH, content=phone_photo())
        assert answer.status_code == 201
        body = answer.json()
        id = body["id"]
        assert body == {
            "id": id,
            "width": 427,
            "height": 640,
            "thumb": f"/media/{id}/thumb",
            "preview": f"/media/{id}/preview",
        }
        for address in (body["thumb"], body["preview"], f"/media/{id}/original"):
            shown = await browser.get(address)
            assert shown.status_code == 200
            assert CANARY not in shown.content
    files, rows = await house.left()
    assert (sorted(files), rows) == (["original", "preview", "thumb"], 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"holiday.jpg, honestly", 422, "not_a_picture"),
        (b"", 422, "not_a_picture"),
        (phone_photo()[:9000], 422, "not_a_picture"),
        (bomb(60_000, 60_000), 413, "too_large"),
        (bomb(10_000, 6_000), 413, "too_large"),
        (file(photo(15, 15), "PNG"), 422, "too_small"),
    ],
    ids=["text", "empty", "truncated", "bomb", "60-megapixels", "tiny"],
)
async def test_what_is_refused_says_why_and_leaves_nothing(
    house: PicturesApp, body: bytes, status: int, code: str
) -> None:
    async with house.browser("owner") as browser:
        answer = await browser.put(PATH, content=body, headers={"content-type": "image/jpeg"})
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["message"].endswith(".")
    assert await house.left() == NOTHING


async def test_nobody_is_refused_before_a_byte_is_read(house: PicturesApp) -> None:
    call = await Call(house, None, [phone_photo()]).run()
    assert (call.status, call.taken) == (401, 0)


@pytest.mark.parametrize("length", [str(40 * MEGABYTE), str(MAX_BYTES + 1), "-1", "many"])
async def test_a_length_over_the_limit_is_refused_before_a_byte_is_read(house: PicturesApp, length: str) -> None:
    call = await Call(house, "owner", [bytes(MEGABYTE)] * 40, content_length=length).run()
    assert (call.status, call.taken) == (413, 0)


async def test_a_body_without_a_length_is_cut_off_at_the_limit(house: PicturesApp) -> None:
    call = await Call(house, "owner", [bytes(MEGABYTE)] * 40, transfer_encoding="chunked").run()
    assert (call.status, call.taken) == (413, 26)
    assert await house.left() == NOTHING


async def test_a_length_that_lies_does_not_get_more_in(house: PicturesApp) -> None:
    call = await Call(house, "owner", [bytes(MEGABYTE)] * 40, content_length="1000").run()
    assert (call.status, call.taken) == (413, 26)


async def test_a_browser_that_goes_away_leaves_nothing(house: PicturesApp) -> None:
    await Call(house, "owner", [phone_photo()]).run()  # whole picture, but its end was never said
    assert await house.left() == NOTHING


async def test_a_request_that_is_cancelled_leaves_nothing(house: PicturesApp, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = asyncio.Event()

    async def stuck(*_: Any) -> None:
        reached.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(house.images, "add_source", stuck)
    async with house.browser("owner") as browser:
        request = asyncio.create_task(browser.put(PATH, content=phone_photo()))
        await reached.wait()
        assert (await house.left())[0] != []
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert await house.left() == NOTHING
        monkeypatch.undo()
        assert (await browser.put(PATH, content=phone_photo())).status_code == 201  # and its place is free again


async def test_one_person_has_four_uploads_at_a_time_and_others_do_not_wait(house: PicturesApp) -> None:
    go_on, slow = asyncio.Event(), file(photo(), "PNG")
    started = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal started
        started += 1
        await go_on.wait()
        yield slow

    async with house.browser("owner") as browser, house.browser("stranger") as other:
        waiting = [asyncio.create_task(browser.put(PATH, content=body())) for _ in range(4)]
        while started < 4:
            await asyncio.sleep(0.005)
        refused = await browser.put(PATH, content=slow)
        assert (refused.status_code, refused.json()["error"], refused.headers["retry-after"]) == (429, "too_many", "5")
        assert (await other.put(PATH, content=slow)).status_code == 201
        go_on.set()
        assert [one.status_code for one in await asyncio.gather(*waiting)] == [201] * 4
        assert (await browser.put(PATH, content=slow)).status_code == 201


async def test_a_full_account_is_told_so(house: PicturesApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images_module, "MOST_SOURCES", 0)
    async with house.browser("owner") as browser:
        answer = await browser.put(PATH, content=phone_photo())
    assert (answer.status_code, answer.json()["error"]) == (409, "no_room")
    assert await house.left() == NOTHING


def _no_space(*_: Any, **__: Any) -> Any:
    raise OSError(28, "No space left on device")


async def _no_row(*_: Any) -> Any:
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda house, patch: patch.setattr("tempfile.TemporaryFile", _no_space),
        lambda house, patch: patch.setattr(uploads, "_write", _no_space),
        lambda house, patch: patch.setattr(house.images, "add_source", _no_row),
        lambda house, patch: patch.setattr(Path, "mkdir", _no_space),
    ],
    ids=["no-file", "no-bytes", "no-row", "no-folder"],
)
async def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    house: PicturesApp,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[PicturesApp, pytest.MonkeyPatch], None],
) -> None:
    break_it(house, monkeypatch)
    async with house.browser("owner") as browser:
        answer = await browser.put(PATH, content=phone_photo())
    assert (answer.status_code, answer.json()["error"]) == (503, "storage_failed")
    monkeypatch.undo()
    assert await house.left() == NOTHING


async def test_a_part_that_the_disk_did_not_take_is_written_again(tmp_path: Path) -> None:
    class Reluctant:
        def __init__(self) -> None:
            self.got = b""

        def write(self, data: memoryview) -> int:
            self.got += bytes(data[:3])
            return len(data[:3])

    disk = Reluctant()
    uploads._write(disk, b"a whole picture")  # type: ignore[arg-type]
    assert disk.got == b"a whole picture"


@pytest.fixture
async def port(house: PicturesApp) -> AsyncIterator[int]:
    """The same application behind the real server, on a real socket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    server = Server(house.app, port=number, interface=Interfaces.ASGINL, log_enabled=False)
    running = asyncio.create_task(server.serve())
    while True:
        try:
            (await asyncio.open_connection("127.0.0.1", number))[1].close()
            break
        except OSError:
            await asyncio.sleep(0.02)
    yield number
    server.stop()  # type: ignore[no-untyped-call]
    await running


async def test_over_a_real_socket_a_picture_goes_in_and_out(house: PicturesApp, port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=house.cookie("owner")) as browser:
        taken = await browser.put(PATH, content=phone_photo())
        assert taken.status_code == 201
        address = f"/media/{taken.json()['id']}/original"
        shown, asked = await browser.get(address), await browser.head(address)
    assert (shown.status_code, shown.headers["content-length"]) == (200, str(len(shown.content)))
    assert (asked.status_code, asked.headers["content-length"]) == (200, shown.headers["content-length"])


async def _first_line(house: PicturesApp, port: int, headers: str, body: bytes) -> bytes:
    """What the server says to a request whose body has not ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    cookie = house.cookie("owner")["cookie"]
    writer.write(f"PUT {PATH} HTTP/1.1\r\nHost: studio.test\r\nCookie: {cookie}\r\n{headers}\r\n\r\n".encode() + body)
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return line


async def test_over_a_real_socket_too_much_is_refused_before_its_end(house: PicturesApp, port: int) -> None:
    line = await _first_line(house, port, f"Content-Length: {40 * MEGABYTE}", b"")
    assert line.startswith(b"HTTP/1.1 413")
    body = f"{MAX_BYTES + 1:x}\r\n".encode() + bytes(MAX_BYTES + 1)
    line = await _first_line(house, port, "Transfer-Encoding: chunked", body)
    assert line.startswith(b"HTTP/1.1 413")
    assert await house.left() == NOTHING
