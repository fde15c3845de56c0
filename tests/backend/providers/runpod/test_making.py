"""From an order to pictures, with every worker and every way in which they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaleipix_app.backend.providers.base import BadOrder, ProviderError, Refused, TimedOut, Unsupported
from tests.backend.providers.runpod.conftest import (
    CANARY,
    KEY,
    RUNPOD_MODELS,
    Studio,
    a_picture,
    an_order,
    size_of,
)


@pytest.mark.parametrize("model", RUNPOD_MODELS)
@pytest.mark.parametrize("store", ["base64", "s3_url"])
async def test_every_model_delivers(studio: Studio, model: str, store: str) -> None:
    studio.pod.options.store = store  # type: ignore[assignment]
    made = await studio.made(an_order(model, source=a_picture()))
    assert [size_of(one) for one in made] == [(96, 64), (96, 64)]
    assert [one.seed for one in made] == [7, 7], "one seed for both: the worker draws them as a batch"


@pytest.mark.parametrize("size", [(1344, 756), (756, 1344)])
async def test_sizes_are_multiples_of_eight(studio: Studio, size: tuple[int, int]) -> None:
    made = await studio.made(an_order("sdxl", width=size[0], height=size[1], count=1))
    assert {size_of(one) for one in made} == {(size[0] // 8 * 8, size[1] // 8 * 8)}


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
async def test_sources_of_every_kind_are_brought_into_the_shape_of_the_order(studio: Studio, mode: str) -> None:
    made = await studio.made(an_order("sdxl", source=a_picture((300, 300), mode=mode)))
    assert {size_of(one) for one in made} == {(96, 64)}


async def test_the_order_travels_whole_and_the_key_only_in_its_header(studio: Studio) -> None:
    job = await studio.provider.submit(an_order(callback="https://studio.example/webhooks/runpod?token=t"))
    body = studio.pod.requests[0].body
    assert job.split("/")[0] == "sdxl"
    assert body["webhook"] == "https://studio.example/webhooks/runpod?token=t"
    assert body["policy"] == {"executionTimeout": 600_000, "ttl": 4_200_000}
    assert body["input"]["prompt"] == "a fox in the snow"
    assert (body["input"]["seed"], body["input"]["num_images"]) == (7, 2)
    assert "strength" not in body["input"], "without a picture it would turn up the refiner"
    assert "webhook" not in (await _body_without_callback(studio))
    assert studio.pod.requests[0].headers["authorization"] == "Bearer ***"
    assert KEY not in str(studio.pod.requests)


async def _body_without_callback(studio: Studio) -> Any:
    await studio.provider.submit(an_order())
    return [one.body for one in studio.pod.requests if one.step == "submit"][-1]


async def test_older_workers_and_warnings(studio: Studio) -> None:
    studio.pod.script("job", "legacy")
    assert len(await studio.made(an_order("comfy-portrait"))) == 1
    studio.pod.script("job", "warnings")
    assert len(await studio.made(an_order("comfy-portrait"))) == 2


async def test_fewer_and_more_than_asked_for(studio: Studio) -> None:
    studio.pod.script("job", "partial")
    assert len(await studio.made(an_order())) == 1
    studio.pod.script("job", "extra", count=9)
    assert len(await studio.made(an_order())) == 4, "never more than an order can have"


async def test_what_is_no_picture_is_passed_on_for_the_studio_to_judge(studio: Studio) -> None:
    studio.pod.script("job", "not_picture")
    assert {one.data[:6] for one in await studio.made(an_order())} == {b"<html>"}


@pytest.mark.parametrize(
    ("do", "args", "code"),
    [
        ("no_images", {}, "provider_error"),
        ("errors_only", {}, "provider_error"),
        ("bad_base64", {}, "provider_error"),
        ("changed", {"fields": {"images": "no list"}}, "provider_error"),
        ("changed", {"fields": {"images": [{"filename": "x"}]}}, "provider_error"),
        ("changed", {"fields": {"images": [{"filename": "x", "data": "QUJD!!!!"}]}}, "provider_error"),
        ("changed", {"fields": {"images": [None, 7]}}, "provider_error"),
        ("changed", {"fields": {"error": "CUDA out of memory"}}, "provider_error"),
        ("url", {"url": "https://elsewhere.example/x.png"}, "address_refused"),
        ("url", {"url": "http://10.0.0.1/x.png"}, "address_refused"),
        ("url", {"url": "https://169.254.169.254/x.png"}, "address_refused"),
        ("url", {"url": "file:///etc/passwd"}, "provider_error"),
        ("redirect", {"to": "http://10.0.0.1/x.png"}, "address_refused"),
        ("huge", {}, "result_too_large"),
    ],
)
async def test_outputs_that_cannot_be_used(studio: Studio, do: str, args: dict[str, Any], code: str) -> None:
    studio.pod.script("job", do, **args)
    with pytest.raises(ProviderError) as failed:
        await studio.made(an_order("comfy-portrait"))
    assert failed.value.code == code
    assert failed.value.sentence.endswith(".")
    assert studio.pod.submissions().posts == 1


async def test_a_huge_picture_from_a_bucket_is_not_read_to_its_end(studio: Studio) -> None:
    studio.pod.options.store = "s3_url"
    studio.pod.script("job", "huge")
    with pytest.raises(ProviderError, match=r"announced|while reading"):
        await studio.made(an_order(count=1))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        ("prompt is a required input.\nUnexpected input. cfg is not a valid input option.", BadOrder, "settings"),
        ("Workflow validation failed: value not in list", BadOrder, "settings"),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", ProviderError, "memory"),
        ("NSFW content detected by the safety checker", Refused, "safety filter"),
        ("something else broke", ProviderError, "problem"),
    ],
)
@pytest.mark.parametrize("do", ["crash", "handler_error"])
async def test_what_a_worker_says_about_a_failure_is_understood_but_never_shown(
    studio: Studio, logged: Callable[[], str], do: str, error: str, kind: type[ProviderError], words: str
) -> None:
    said = f"{error} ({CANARY})"
    studio.pod.script("job", do, message=said, text=said)
    with pytest.raises(ProviderError) as failed:
        await studio.made(an_order(prompt=CANARY))
    assert type(failed.value) is kind
    assert words in failed.value.sentence
    shown = f"{failed.value.sentence} {failed.value} {logged()}"
    for secret in (CANARY, "Traceback", "emulated-1", "handler.py"):
        assert secret not in shown
    assert ("RuntimeError" in str(failed.value)) == (do == "crash"), "the type is for the log"


@pytest.mark.parametrize("error", [None, 7, [], ["a", 1], {"error_type": CANARY + " said"}, "{", "[" * 10_000, '"x"'])
async def test_errors_of_every_shape(studio: Studio, error: object) -> None:
    studio.pod.script("status", "changed", times=None, fields={"status": "FAILED", "error": error})
    with pytest.raises(ProviderError) as failed:
        await studio.made(an_order())
    assert CANARY not in str(failed.value)


async def test_ended_without_a_result(studio: Studio) -> None:
    studio.pod.hold("running")
    job = await studio.provider.submit(an_order())
    await studio.provider.cancel(job)
    assert not await studio.followed(job)
    with pytest.raises(ProviderError, match="cancelled"):
        await studio.provider.collect(job)
    studio.pod.release()
    studio.pod.script("status", "changed", times=None, fields={"status": "TIMED_OUT"})
    with pytest.raises(TimedOut):
        await studio.made(an_order())


async def test_a_result_that_is_no_longer_kept(studio: Studio) -> None:
    job = await studio.provider.submit(an_order())
    await studio.followed(job)
    studio.pod.options.retention = 0
    with pytest.raises(ProviderError) as failed:
        await studio.provider.collect(job)
    assert failed.value.sentence == "The provider no longer has this result. Try again."


async def test_an_expired_address_of_a_result(studio: Studio) -> None:
    studio.pod.options.store = "s3_url"
    job = await studio.provider.submit(an_order())
    await studio.followed(job)
    studio.pod.files.expire_all()
    with pytest.raises(ProviderError, match="403"):
        await studio.provider.collect(job)


async def test_sources_that_cannot_be_sent(studio: Studio) -> None:
    with pytest.raises(BadOrder):
        await studio.provider.submit(an_order(source=b"no picture"))
    with pytest.raises(BadOrder):
        await studio.provider.submit(an_order("comfy-restyle"))
    assert studio.pod.submissions().posts == 0


async def test_a_model_without_an_endpoint(studio: Studio) -> None:
    with pytest.raises(Unsupported):
        await studio.another(endpoints={}).submit(an_order())
    assert studio.pod.submissions().posts == 0
