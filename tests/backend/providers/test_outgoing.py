"""Connections to the outside: only where the operator allows it, bounded, and honest about what may have arrived."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from kaleipix_app.backend.providers import outgoing as module
from kaleipix_app.backend.providers.base import (
    NotNow,
    ProviderError,
    RateLimited,
    TimedOut,
    UnknownOutcome,
    Unreachable,
)
from kaleipix_app.backend.providers.circuit import FAILURES, Circuit
from kaleipix_app.backend.providers.outgoing import Answer, NotAllowed, Outgoing, TooMuch
from tests.emulators.server import serving

Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class There:
    """A service of which a test decides the answer."""

    url: str = ""
    answer: Handler | Response = field(default_factory=Response)
    requests: list[Request] = field(default_factory=list)
    outgoing: Outgoing = field(default_factory=lambda: Outgoing([]))

    async def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answer if isinstance(self.answer, Response) else await self.answer(request)


@pytest.fixture
async def there() -> AsyncIterator[There]:
    service = There()
    async with serving(
        Starlette(routes=[Route("/{path:path}", service.handle, methods=["GET", "POST", "PUT"])])
    ) as url:
        service.url = url
        service.outgoing = Outgoing([url], ["results.test"])
        yield service
        await service.outgoing.close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name lead there."""

    def found(host: str, port: int, *rest: object, **more: object) -> list[tuple[object, ...]]:
        old, new = (socket.AF_INET, socket.SOCK_STREAM, 6, ""), (socket.AF_INET6, socket.SOCK_STREAM, 6, "")
        return [(*new, (one, port, 0, 0)) if ":" in one else (*old, (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


async def test_an_answer_is_handed_on_whole_whatever_it_says(there: There) -> None:
    for status in (200, 202, 302, 404, 422, 500):
        there.answer = Response('{"a": 1}', status, {"X-Some": "Thing", "location": "/elsewhere"})
        answer = await there.outgoing.call("POST", f"{there.url}/x", headers={"Authorization": "Key k"}, json={"b": 2})
        assert (answer.status, answer.json(), answer.headers["x-some"]) == (status, {"a": 1}, "Thing")
    assert len(there.requests) == 6, "not even a redirect is followed"


@pytest.mark.parametrize("body", [b"", b"[1]", b"nonsense", b"{", b"null", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert Answer(200, {}, body).json() == {}


@pytest.mark.parametrize(
    ("given", "seconds"), [("17", 17), ("1", 5), ("9999", 300), ("soon", 10), ("-5", 10), ("", 10)]
)
async def test_too_many_requests_come_with_the_time_to_wait(given: str, seconds: float, there: There) -> None:
    there.answer = Response(status_code=429, headers={"retry-after": given})
    with pytest.raises(RateLimited) as caught:
        await there.outgoing.call("GET", f"{there.url}/", headers={})
    assert caught.value.retry_after == seconds


async def test_a_post_on_a_connection_that_died_meanwhile_is_not_sent_again() -> None:
    seen: list[str] = []

    async def one_answer_a_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            seen.append(head.decode().split()[0])
            if len(seen) != 1:
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(one_answer_a_connection, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        outgoing = Outgoing([url])
        await outgoing.call("GET", url, headers={})
        with pytest.raises(UnknownOutcome):
            await outgoing.call("POST", url, headers={}, json={})
        await outgoing.close()
    assert seen == ["GET", "POST"]


async def test_an_answer_that_does_not_come_is_a_time_out(there: There) -> None:
    async def never(request: Request) -> Response:
        await request.is_disconnected()
        await asyncio.Event().wait()
        return Response()

    there.answer = never
    with pytest.raises(TimedOut):
        await there.outgoing.call("GET", f"{there.url}/", headers={}, read=0.05)


async def test_a_trickle_does_not_last_for_ever(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.01)

    async def trickle(_: Request) -> Response:
        return StreamingResponse(drops())

    monkeypatch.setattr(module, "MOST_SECONDS", 0.2)
    there.answer = trickle
    with pytest.raises(TimedOut):
        await there.outgoing.call("GET", f"{there.url}/", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "https://results.test/a",  # results may come from there, but no key goes there
        "http://127.0.0.1:1/",
        "https://evil.test/",
        "ftp://127.0.0.1/",
        "http://",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:99999/",
        "",
    ],
)
async def test_keys_go_to_configured_origins_alone(url: str, there: There) -> None:
    with pytest.raises(NotAllowed):
        await there.outgoing.call("GET", url, headers={"Authorization": "Key k"})
    with pytest.raises(NotAllowed):
        async with there.outgoing.lines(url, headers={"Authorization": "Key k"}, silence=1):
            pass


async def test_a_configured_host_is_no_pass_for_another_port_or_name_and_password(there: There) -> None:
    host = there.url.removeprefix("http://")
    for url in (f"http://user:pass@{host}/", f"https://{host}/", f"http://{host.partition(':')[0]}/"):
        with pytest.raises(NotAllowed):
            await there.outgoing.download(url)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["93.184.216.34", "127.0.0.1"],  # one of several is enough
    ],
)
async def test_a_name_that_leads_inside_is_refused(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, *addresses)
    outgoing = Outgoing(["https://queue.test"], ["results.test"])
    with pytest.raises(NotAllowed):
        await outgoing.download("https://results.test/a.png")
    await outgoing.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "[::1]"])
async def test_an_address_instead_of_a_name_is_refused_too(address: str) -> None:
    outgoing = Outgoing([], ["127.0.0.1", "10.0.0.1", "::1"])
    with pytest.raises(NotAllowed):
        await outgoing.download(f"https://{address}/a.png")
    await outgoing.close()


async def test_a_host_that_the_operator_named_may_be_inside(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    there.answer = Response(b"picture")
    port = there.url.rpartition(":")[2]
    resolve_to(monkeypatch, "127.0.0.1")
    outgoing = Outgoing([f"http://fal.internal:{port}"])
    assert await outgoing.download(f"http://fal.internal:{port}/a.png") == b"picture"
    await outgoing.close()


async def test_redirects_stay_on_their_host_and_end(there: There) -> None:
    async def here_and_there(request: Request) -> Response:
        left = int(request.path_params["path"])
        return Response(b"picture") if left == 0 else RedirectResponse(f"/{left - 1}")

    there.answer = here_and_there
    assert await there.outgoing.download(f"{there.url}/3") == b"picture"
    with pytest.raises(NotAllowed):
        await there.outgoing.download(f"{there.url}/4")


@pytest.mark.parametrize(
    "target", ["https://results.test/a", "http://127.0.0.1:1/", "//evil.test/", "http://[bad", "file:///etc/passwd", ""]
)
async def test_redirects_elsewhere_are_refused(target: str, there: There) -> None:
    there.answer = Response(status_code=302, headers={"location": target})
    with pytest.raises(NotAllowed):
        await there.outgoing.download(f"{there.url}/")
    assert len(there.requests) == 1


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_result_has_a_limit(is_announced: bool, there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    async def large(_: Request) -> Response:
        return StreamingResponse(pieces(), headers={"content-length": "1100"} if is_announced else {})

    monkeypatch.setattr(module, "MOST_BYTES", 1100)
    there.answer = large
    assert len(await there.outgoing.download(f"{there.url}/")) == 1100
    monkeypatch.setattr(module, "MOST_BYTES", 1099)
    with pytest.raises(TooMuch):
        await there.outgoing.download(f"{there.url}/")


@pytest.mark.parametrize(
    ("status", "expected"), [(429, NotNow), (500, NotNow), (503, NotNow), (404, ProviderError), (403, ProviderError)]
)
async def test_a_download_says_whether_trying_again_makes_sense(
    status: int, expected: type[ProviderError], there: There
) -> None:
    there.answer = Response(status_code=status)
    with pytest.raises(ProviderError) as caught:
        await there.outgoing.download(f"{there.url}/")
    assert type(caught.value) is expected


async def test_cookies_of_providers_are_not_kept(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    there.answer = Response(headers={"set-cookie": "a=b; Path=/"})
    resolve_to(monkeypatch, "127.0.0.1")
    url = f"http://fal.internal:{there.url.rpartition(':')[2]}/"
    outgoing = Outgoing([url])
    for _ in range(2):
        await outgoing.call("GET", url, headers={})
    assert "cookie" not in there.requests[1].headers
    await outgoing.close()


async def test_failures_open_the_circuit_and_then_nobody_is_asked(there: There) -> None:
    circuit = Circuit()
    there.answer = Response(status_code=503)
    for _ in range(FAILURES):
        await there.outgoing.call("GET", f"{there.url}/", headers={}, circuit=circuit)
    with pytest.raises(Unreachable) as caught:
        await there.outgoing.call("GET", f"{there.url}/", headers={}, circuit=circuit)
    assert 0 < caught.value.retry_after <= 30
    with pytest.raises(Unreachable):
        async with there.outgoing.lines(f"{there.url}/", headers={}, silence=1, circuit=circuit):
            pass
    assert len(there.requests) == FAILURES


@pytest.mark.parametrize("status", [200, 400, 401, 404, 422])
async def test_refusals_never_count(status: int, there: There) -> None:
    circuit = Circuit()
    there.answer = Response(status_code=status)
    for _ in range(2 * FAILURES):
        await there.outgoing.call("GET", f"{there.url}/", headers={}, circuit=circuit)
    assert circuit.wait == 0


async def test_no_connection_counts(there: There) -> None:
    circuit = Circuit()
    outgoing = Outgoing(["http://127.0.0.1:1"])
    for _ in range(FAILURES):
        with pytest.raises(Unreachable):
            await outgoing.call("GET", "http://127.0.0.1:1/", headers={}, circuit=circuit)
    assert circuit.wait > 0
    await outgoing.close()


async def test_a_stream_that_falls_silent_or_is_left_does_not_count(there: There) -> None:
    async def one_line() -> AsyncIterator[bytes]:
        yield b"data: 1\n"
        await asyncio.Event().wait()

    async def stream(_: Request) -> Response:
        return StreamingResponse(one_line())

    there.answer = stream
    circuit = Circuit()

    async def listen() -> None:
        with pytest.raises(TimedOut):
            async with there.outgoing.lines(f"{there.url}/", headers={}, silence=0.1, circuit=circuit) as found:
                assert [line async for line in found] == [], "never reached"

    await asyncio.gather(*(listen() for _ in range(2 * FAILURES)))
    assert circuit.wait == 0


async def test_after_closing_it_opens_again_when_needed(there: There) -> None:
    await there.outgoing.close()
    assert (await there.outgoing.call("GET", f"{there.url}/", headers={})).status == 200
