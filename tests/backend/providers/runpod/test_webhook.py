"""`POST /webhooks/runpod`: a bell that only RunPod can ring, and nothing more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette

from kaleipix_app.backend.api import answers
from kaleipix_app.backend.api.runpod_webhook import MOST_BYTES, order_id, routes
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.providers.runpod.watch import Pace
from tests.backend.providers.runpod.conftest import Studio, an_order
from tests.emulators.conftest import until
from tests.emulators.server import serving

ONLY_CALLS = Pace(first=0, most=0, called_first=60, called_next=60, called_most=60)


@dataclass
class Door:
    """The route on a port of its own, and who rang."""

    is_on: bool = True
    url: str = ""
    rang: list[tuple[str, str, str]] = field(default_factory=list)

    async def called(self, provider: str, generation_id: str, name: str) -> bool:
        self.rang.append((provider, generation_id, name))
        return True

    def is_ours(self, provider: str, generation_id: str, token: str) -> bool:
        return (provider, generation_id, token) == ("runpod", "g1", "right")

    def app(self) -> Starlette:
        return Starlette(
            routes=routes(self.is_on, self.called, self.is_ours), exception_handlers={KaleipixError: answers.expected}
        )

    def address(self, token: str = "right", generation: str = "g1") -> str:
        return f"{self.url}/webhooks/runpod?generation={generation}&token={token}"


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    async with serving(made.app()) as made.url:
        yield made


async def _post(url: str, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(url, content=content)


async def test_a_call_ends_the_waiting(studio: Studio, door: Door) -> None:
    provider = studio.another(pace=ONLY_CALLS)
    studio.pod.hold("running")
    job = await provider.submit(an_order(callback=door.address()))
    following = asyncio.create_task(studio.followed(job, provider))
    await until(lambda: studio.asked("status") == 1)
    studio.pod.release()
    await until(lambda: bool(door.rang))
    (found,) = studio.pod.jobs.all.values()
    assert door.rang == [("runpod", "g1", found.id)]
    assert provider.job("sdxl", found.id) == job
    provider.nudge(job)
    await following
    assert len(await provider.collect(job)) == 2
    await until(lambda: studio.pod.webhooks.answers == [200])


async def test_twice_and_forged_change_nothing_but_the_number_of_looks(studio: Studio, door: Door) -> None:
    for do in ("twice", "forged"):
        studio.pod.script("webhook", do)
        job = await studio.provider.submit(an_order(callback=door.address()))
        await until(lambda: bool(door.rang))
        door.rang.clear()
        studio.provider.nudge(job)
        fast = studio.another()
        await studio.followed(job, fast)
        assert len(await fast.collect(job)) == 2


@pytest.mark.parametrize(
    ("token", "generation"), [("wrong", "g1"), ("", "g1"), ("right", "g2"), ("right", ""), ("right%00", "g1")]
)
async def test_an_address_that_is_not_ours(door: Door, token: str, generation: str) -> None:
    answer = await _post(door.address(token, generation), b'{"id": "x"}')
    assert (answer.status_code, door.rang) == (404, [])


async def test_while_runpod_is_off() -> None:
    door = Door(is_on=False)
    async with serving(door.app()) as door.url:
        answer = await _post(door.address(), b'{"id": "x"}')
    assert (answer.status_code, door.rang) == (404, [])


async def _body(size: int, sent: list[int]) -> AsyncIterator[bytes]:
    yield b'{"delayTime": 1, "id": "abc-u1", "output": {"images": ["'
    for _ in range(size // 65536):
        sent.append(65536)
        yield b"A" * 65536
    yield b'"]}}'


async def test_pictures_in_a_call_are_let_through_and_dropped(door: Door) -> None:
    answer = await _post(door.address(), _body(MOST_BYTES - 100_000, []))
    assert (answer.status_code, door.rang) == (200, [("runpod", "g1", "abc-u1")])


async def test_more_than_a_call_can_have_is_refused(door: Door) -> None:
    answer = await _post(door.address(), _body(MOST_BYTES + 200_000, []))
    assert (answer.status_code, door.rang) == (413, [])


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"id": "../x"}', b'{"id": 7}', b"\xff\xfe", b'{"output": {"id": "x"}}']
)
async def test_calls_that_name_no_order(door: Door, body: bytes) -> None:
    answer = await _post(door.address(), body)
    assert (answer.status_code, door.rang) == (422, [])


def _heads() -> Iterator[tuple[str, object]]:
    yield json.dumps({"delayTime": 3, "id": "a", "output": "x" * 100}), "a"
    yield json.dumps({"delayTime": 3, "id": "a", "output": "x" * 100})[:40], "a"
    yield json.dumps({"id": "a"}, indent=4), "a"
    yield ' \n{ "executionTime" : 2 , "id" : "a"', "a"
    yield json.dumps({"input": {"id": "inner", "prompt": '"id": "said"'}, "id": "a"}), "a"
    yield json.dumps({"input": {"id": "inner"}})[:-4], None
    yield "[" * 100_000, None
    yield '{"a":' + "[" * 100_000, None
    yield '{"a":' + "9" * 10_000, None
    yield '{"id"', None
    yield "{" + " " * 100_000, None


@pytest.mark.parametrize(("head", "found"), list(_heads()))
def test_the_id_is_found_in_the_beginning(head: str, found: object) -> None:
    assert order_id(head.encode()) == found
