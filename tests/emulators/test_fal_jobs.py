"""What can happen to a job of the emulated fal.ai, and how it tells about it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image, ImageChops
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.emulators.conftest import Studio, until
from tests.emulators.fal.models import MODELS
from tests.emulators.pictures import decode, encode
from tests.emulators.server import serving

FAILURES = [
    ("policy", 422, "content_policy_violation"),
    ("no_media", 422, "no_media_generated"),
    ("validation", 422, "less_than_equal"),
    ("old_pydantic", 422, "value_error.missing"),
    ("file_too_large", 422, "file_too_large"),
    ("generation_timeout", 504, "generation_timeout"),
    ("internal_error", 500, "internal_server_error"),
    ("downstream_error", 400, "downstream_service_error"),
    ("downstream_unavailable", 500, "downstream_service_unavailable"),
]
FIRST = "images"


def a_source(size: tuple[int, int] = (80, 60)) -> str:
    """A picture that is dark on the left and light on the right, as a data URI."""
    picture = Image.linear_gradient("L").rotate(90).resize(size).convert("RGB")
    return "data:image/png;base64," + base64.b64encode(encode(picture, "png")).decode()


def a_mask(size: tuple[int, int] = (80, 60)) -> str:
    """White in the right half."""
    mask = Image.new("L", size, 0)
    mask.paste(255, (size[0] // 2, 0, *size))
    return "data:image/png;base64," + base64.b64encode(encode(mask, "png")).decode()


def _given(name: str) -> dict[str, Any]:
    """The least that a model accepts."""
    values = {"prompt": "a fox", "image_url": a_source(), "mask_url": a_mask(), "image_urls": [a_source()]}
    return {key: values[key] for key, field in MODELS[name].schema.items() if field.required}


@pytest.mark.parametrize("name", MODELS)
async def test_every_model_answers_with_a_picture(studio: Studio, name: str) -> None:
    given = {"prompt": "a fox", **_given(name)}
    if "image_size" in MODELS[name].schema:
        given["image_size"] = "landscape_16_9"
    answer = await studio.make(model=name, **given)
    body = answer.json()
    image = body["image"] if "image" in body else body["images"][0]
    picture = decode((await studio.http.get(image["url"])).content)
    if "image_size" in given and "mask_url" not in given:
        assert picture.size == (1024, 576)
    if "width" in image:
        assert picture.size == (image["width"], image["height"])
    assert float(answer.headers["x-fal-billable-units"]) >= 1
    family = MODELS[name].family
    assert ("has_nsfw_concepts" in body) == (family == "flux")
    assert ("seed" in body) == (family in ("flux", "seeded", "ideogram", "clarity"))


@pytest.mark.parametrize(("do", "code", "kind"), FAILURES)
async def test_a_job_that_fails(studio: Studio, do: str, code: int, kind: str) -> None:
    studio.fal.script("job", do)
    job = await studio.submit("a fox")
    answer = await studio.done(job)
    assert answer.status_code == code
    assert answer.json()["detail"][0]["type"] == kind
    status = await studio.http.get(job["status_url"])
    told = status.json()
    assert status.status_code == 200
    assert (told["status"], told["error"]) == ("COMPLETED", f"Invalid status code: {code}")
    assert (await studio.make("a fox")).status_code == 200


async def test_failures_of_another_shape(studio: Studio) -> None:
    studio.fal.script("job", "string_detail", text="Not today")
    assert (await studio.make("x")).json() == {"detail": "Not today"}
    studio.fal.script("job", "infrastructure", status=503, error_type="runner_disconnected")
    job = await studio.submit("x")
    answer = await studio.done(job)
    assert (answer.status_code, answer.headers["x-fal-error-type"]) == (503, "runner_disconnected")
    assert (await studio.http.get(job["status_url"])).json()["error_type"] == "runner_disconnected"


async def test_results_that_are_not_as_asked(studio: Studio) -> None:
    async def images(do: str, **args: Any) -> dict[str, Any]:
        studio.fal.script("job", do, **args)
        body: dict[str, Any] = (await studio.make("x", num_images=4, image_size="square")).json()
        return body

    assert len((await images("partial"))[FIRST]) == 2
    assert len((await images("extra", count=3))[FIRST]) == 7
    flagged = await images("nsfw", which=[1])
    assert flagged["has_nsfw_concepts"] == [False, True, False, False]
    blank = decode((await studio.http.get(flagged[FIRST][1]["url"])).content)
    assert blank.getextrema() == ((0, 0), (0, 0), (0, 0))
    assert (await images("null_size"))[FIRST][0]["width"] is None
    assert "width" not in (await images("absent_size"))[FIRST][0]
    wrong = (await images("wrong_size", width=30, height=20))[FIRST][0]
    assert decode((await studio.http.get(wrong["url"])).content).size == (30, 20)
    assert (await images("url", url="http://192.168.0.1/x.png"))[FIRST][0]["url"] == "http://192.168.0.1/x.png"
    moved = (await images("redirect", to="http://elsewhere.test/"))[FIRST][0]
    assert (await studio.http.get(moved["url"])).headers["location"] == "http://elsewhere.test/"
    assert (await images("svg"))[FIRST][0]["content_type"] == "image/svg+xml"
    assert (await images("changed", fields={"images": None}))[FIRST] is None


async def test_only_the_white_part_of_a_mask_changes(studio: Studio) -> None:
    given = {"image_url": a_source(), "mask_url": a_mask(), "output_format": "png"}
    body = (await studio.make("a fox", "fal-ai/flux-pro/v1/fill", **given)).json()
    made = decode((await studio.http.get(body[FIRST][0]["url"])).content)
    source = decode(base64.b64decode(given["image_url"].partition(",")[2]))
    changed = ImageChops.difference(made, source).getbbox()
    assert changed is not None
    assert changed[0] >= 40
    small = await studio.make("a fox", "fal-ai/flux-pro/v1/fill", **{**given, "mask_url": a_mask((20, 20))})
    assert small.status_code == 422


async def test_progress_is_in_the_logs(studio: Studio) -> None:
    studio.fal.hold("running")
    job = await studio.submit("x")
    async with asyncio.timeout(5):
        while not (logs := (await studio.http.get(job["status_url"], params={"logs": "1"})).json().get("logs")):
            await asyncio.sleep(0)
    assert logs[0]["message"].startswith(" 25%")
    silent = await studio.http.get(job["status_url"], params={"logs": "0"})
    assert (silent.status_code, silent.json()["logs"]) == (202, None)
    assert (await studio.http.put(job["cancel_url"])).status_code == 202
    assert (await studio.done(job)).status_code == 499


async def test_a_running_job_that_cannot_be_stopped(studio: Studio) -> None:
    studio.settings.cancel_stops_running = False
    studio.fal.hold("running")
    job = await studio.submit("x")
    await until(lambda: bool(studio.fal.jobs.at("running")))
    assert (await studio.http.put(job["cancel_url"])).status_code == 202
    studio.fal.release()
    assert (await studio.done(job)).status_code == 200


class Receiver:
    """Whoever is told by webhook."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)


@pytest.fixture
async def hook() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    async with serving(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as url:
        yield receiver, f"?fal_webhook={url}/hook"


async def _verified(studio: Studio, headers: dict[str, str], raw: bytes) -> bool:
    fields = [headers[f"x-fal-webhook-{name}"] for name in ("request-id", "user-id", "timestamp")]
    message = "\n".join([*fields, hashlib.sha256(raw).hexdigest()]).encode()
    for key in (await studio.http.get("/.well-known/jwks.json")).json()["keys"]:
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
        try:
            public.verify(bytes.fromhex(headers["x-fal-webhook-signature"]), message)
        except InvalidSignature:
            continue
        return True
    return False


async def test_a_signed_webhook(studio: Studio, hook: tuple[Receiver, str]) -> None:
    receiver, query = hook
    job = await studio.submit("x", query=query)
    await until(lambda: bool(receiver.got))
    headers, raw = receiver.got[0]
    assert await _verified(studio, headers, raw)
    body = json.loads(raw)
    assert (body["request_id"], body["status"]) == (job["request_id"], "OK")
    assert body["payload"] == (await studio.done(job)).json()


@pytest.mark.parametrize(
    ("do", "times", "true"), [("twice", 2, True), ("forged", 1, False), ("late", 1, True), ("unknown", 2, True)]
)
async def test_webhooks_gone_wrong(studio: Studio, hook: tuple[Receiver, str], do: str, times: int, true: bool) -> None:
    receiver, query = hook
    studio.settings.webhook_retries = 0
    studio.fal.script("webhook", do)
    job = await studio.submit("x", query=query)
    await until(lambda: len(receiver.got) == times)
    headers, raw = receiver.got[0]
    assert await _verified(studio, headers, raw) is true
    assert (json.loads(raw)["request_id"] == job["request_id"]) is (do != "unknown")


async def test_webhooks_without_signature_or_payload(studio: Studio, hook: tuple[Receiver, str]) -> None:
    receiver, query = hook
    for number, do in enumerate(("unsigned", "stale", "no_payload"), 1):
        studio.fal.script("webhook", do)
        await studio.submit("x", query=query)
        await until(lambda number=number: len(receiver.got) == number)  # type: ignore[misc]
    unsigned, stale, without = receiver.got
    assert "x-fal-webhook-signature" not in unsigned[0]
    assert int(stale[0]["x-fal-webhook-timestamp"]) < time.time() - 300
    assert json.loads(without[1])["payload"] is None


async def test_a_webhook_before_the_answer_and_none_at_all(studio: Studio, hook: tuple[Receiver, str]) -> None:
    receiver, query = hook
    studio.fal.script("webhook", "early")
    job = await studio.submit("x", query=query)
    assert json.loads(receiver.got[0][1])["request_id"] == job["request_id"]
    studio.fal.script("webhook", "never")
    await studio.done(await studio.submit("y", query=query))
    assert len(receiver.got) == 1


async def test_webhooks_are_tried_again(studio: Studio, hook: tuple[Receiver, str]) -> None:
    receiver, query = hook
    receiver.status = 503
    studio.settings.webhook_delay = 0
    studio.fal.script("job", "policy")
    await studio.submit("x", query=query)
    await until(lambda: len(studio.fal.deliveries) == 4)
    body = json.loads(receiver.got[-1][1])
    assert (body["status"], body["error"]) == ("ERROR", "Invalid status code: 422")
    assert body["payload"]["detail"][0]["type"] == "content_policy_violation"


async def test_prices(studio: Studio) -> None:
    answer = await studio.http.get("/v1/models/pricing?endpoint_id=fal-ai/flux/dev&endpoint_id=none")
    known = {"endpoint_id": "fal-ai/flux/dev", "unit_price": 0.025, "unit": "megapixels", "currency": "USD"}
    assert answer.json() == {"prices": [known]}
