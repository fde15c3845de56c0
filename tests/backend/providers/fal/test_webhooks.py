"""A callback is believed when fal has signed it, and a short while after it was sent."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaleipix_app.backend.providers.base import NotNow
from kaleipix_app.backend.providers.fal.webhooks import Forged, Webhooks
from kaleipix_app.backend.providers.outgoing import Outgoing
from tests.emulators.fal import Fal
from tests.emulators.server import serving

ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
RAW = b'{"request_id": "764cabcf", "status": "OK"}'
JWKS = "/.well-known/jwks.json"


@dataclass
class Post:
    """What fal sends, and who checks it; its clock can be moved."""

    fal: Fal
    outgoing: Outgoing
    url: str
    ahead: float = 0.0
    webhooks: Webhooks = field(init=False)

    def __post_init__(self) -> None:
        self.webhooks = Webhooks(self.outgoing, self.url, lambda: time.time() + self.ahead)

    def signed(self, raw: bytes = RAW, key: Ed25519PrivateKey | None = None, age: int = 0) -> dict[str, str]:
        return self.fal.webhooks.signed(ID, raw, key, age)

    @property
    def fetched(self) -> int:
        return sum(request.path == JWKS for request in self.fal.requests)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    fal = Fal()
    async with serving(fal) as url:
        outgoing = Outgoing([url])
        yield Post(fal, outgoing, url)
        await outgoing.close()


async def test_a_good_one_gives_the_id(post: Post) -> None:
    for _ in range(3):
        assert await post.webhooks.request_id(post.signed(), RAW) == ID
    assert post.fetched == 1, "the keys are kept"


@pytest.mark.parametrize(
    "change",
    [
        {"x-fal-webhook-signature": ""},
        {"x-fal-webhook-signature": "0" * 128},
        {"x-fal-webhook-signature": "z" * 128},
        {"x-fal-webhook-signature": "00" * 65},
        {"x-fal-webhook-request-id": ""},
        {"x-fal-webhook-request-id": "another-id"},
        {"x-fal-webhook-request-id": "../../x"},
        {"x-fal-webhook-user-id": ""},
        {"x-fal-webhook-user-id": "somebody else"},
        {"x-fal-webhook-timestamp": ""},
        {"x-fal-webhook-timestamp": "soon"},
        {"x-fal-webhook-timestamp": "9" * 5000},
        {"x-fal-webhook-timestamp": "²"},
    ],
)
async def test_whatever_is_changed_it_is_forged(change: dict[str, str], post: Post) -> None:
    with pytest.raises(Forged):
        await post.webhooks.request_id(post.signed() | change, RAW)


async def test_another_body_or_key_is_forged(post: Post) -> None:
    with pytest.raises(Forged):
        await post.webhooks.request_id(post.signed(), RAW + b" ")
    with pytest.raises(Forged):
        await post.webhooks.request_id(post.signed(key=Ed25519PrivateKey.generate()), RAW)


@pytest.mark.parametrize(("age", "is_good"), [(290, True), (-290, True), (310, False), (-310, False)])
async def test_five_minutes_are_enough(age: int, is_good: bool, post: Post) -> None:
    if is_good:
        assert await post.webhooks.request_id(post.signed(age=age), RAW) == ID
    else:
        with pytest.raises(Forged):
            await post.webhooks.request_id(post.signed(age=age), RAW)
        assert post.fetched == 0


async def test_new_keys_of_fal_are_found(post: Post) -> None:
    assert await post.webhooks.request_id(post.signed(), RAW) == ID
    post.fal.webhooks._key = Ed25519PrivateKey.generate()
    post.ahead = 61
    assert await post.webhooks.request_id(post.signed(), RAW) == ID
    assert post.fetched == 2


async def test_forgers_do_not_make_us_ask_fal_each_time(post: Post) -> None:
    for _ in range(20):
        with pytest.raises(Forged):
            await post.webhooks.request_id(post.signed(key=Ed25519PrivateKey.generate()), RAW)
    assert post.fetched == 1


async def test_keys_are_trusted_for_a_day(post: Post) -> None:
    await post.webhooks.request_id(post.signed(), RAW)
    old = post.fal.webhooks._key
    post.fal.webhooks._key = Ed25519PrivateKey.generate()
    post.ahead = 24 * 3600
    late = post.signed(key=old, age=-24 * 3600)
    with pytest.raises(Forged):
        await post.webhooks.request_id(late, RAW)


@pytest.mark.parametrize(
    "body", ["", "[]", '{"keys": 1}', '{"keys": [1, null, {}, {"x": 7}, {"x": "abc"}, {"x": "§"}]}', '{"keys": []}']
)
async def test_without_keys_it_is_put_off(body: str, post: Post) -> None:
    post.fal.script("other", "reply", status=200, body=body)
    with pytest.raises(NotNow):
        await post.webhooks.request_id(post.signed(), RAW)
    assert await post.webhooks.request_id(post.signed(), RAW) == ID, "and tried again with the next one"


async def test_a_fal_that_is_down_puts_it_off(post: Post) -> None:
    for do in ("error", "nginx", "not_found"):
        post.fal.script("other", do)
        with pytest.raises(NotNow):
            await post.webhooks.request_id(post.signed(), RAW)


def test_the_emulator_signs_what_fal_says_it_signs(post: Post) -> None:
    headers = post.signed()
    message = "\n".join((ID, headers["x-fal-webhook-user-id"], headers["x-fal-webhook-timestamp"]))
    digest = hashlib.sha256(RAW).hexdigest()
    signature = bytes.fromhex(headers["x-fal-webhook-signature"])
    post.fal.webhooks._key.public_key().verify(signature, f"{message}\n{digest}".encode())
