"""An order goes out, is followed and comes back as pictures."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from kaleipix_app.backend.providers.base import Queued, Running
from kaleipix_app.backend.providers.catalogue import MODELS, FalWire
from tests.backend.providers.fal.bench import Bench, a_picture, an_order

FAL = [name for name, model in MODELS.items() if isinstance(model.wire, FalWire)]


@pytest.mark.parametrize("name", FAL)
async def test_every_model_delivers_with_its_defaults(name: str, bench: Bench) -> None:
    pictures = await bench.make(an_order(name))
    assert len(pictures) == 1
    with Image.open(BytesIO(pictures[0].data)) as picture:
        assert picture.size >= (48, 48)
    assert bench.fal.submissions().posts == 1


async def test_size_seed_and_number_are_what_was_asked_for(bench: Bench) -> None:
    pictures = await bench.make(an_order("flux-dev", count=3, width=96, height=64, seed=2**31 - 1))
    assert [Image.open(BytesIO(one.data)).size for one in pictures] == [(96, 64)] * 3
    assert {one.seed for one in pictures} == {2**31 - 1}


async def test_progress_is_seen_from_the_queue_to_the_last_step(bench: Bench) -> None:
    hold = bench.fal.hold("queued")
    job = await bench.provider.submit(an_order())
    follower = bench.provider.follow(job)
    assert await anext(follower) == Queued(0)
    bench.fal.release()
    assert hold.open
    seen = [update async for update in follower]
    fractions = [update.fraction for update in seen if isinstance(update, Running) and update.fraction]
    assert fractions == sorted(fractions)
    assert fractions
    assert bench.count("stream") == 1
    assert bench.count("status") == 0, "the stream was enough"


async def test_an_order_says_how_long_things_may_be_kept_and_never_shows_the_key_elsewhere(bench: Bench) -> None:
    await bench.make(an_order("flux-dev-image"))
    submit = next(request for request in bench.fal.requests if request.step == "submit")
    assert submit.headers["x-fal-store-io"] == "0"
    assert submit.headers["x-fal-object-lifecycle-preference"] == '{"expiration_duration_seconds": 3600}'
    assert 0 < int(submit.headers["x-fal-request-start-timeout"]) < 3600, "sources must outlive the queue"
    assert submit.query == {}, "no callback was wanted"
    upload = next(request for request in bench.fal.requests if request.step == "upload")
    assert '"expiration_duration_seconds": 3600' in upload.headers["x-fal-object-lifecycle"]
    downloads = [request for request in bench.fal.requests if request.step == "download"]
    assert downloads
    assert all("authorization" not in request.headers for request in downloads)


async def test_a_job_is_followed_by_another_process_from_its_text_alone(bench: Bench) -> None:
    job = await bench.provider.submit(an_order("flux-dev"))
    assert job.startswith("fal-ai/flux/requests/"), "owner and app, not the whole model"
    later = bench.another()
    async for _ in later.follow(job):
        pass
    assert len(await later.collect(job)) == 1
    assert len(await later.collect(job)) == 1, "emptying may be repeated"


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
async def test_sources_are_uploaded_as_what_they_are(kind: str, mime: str, bench: Bench) -> None:
    await bench.make(an_order("flux-kontext-pro", source=a_picture(kind=kind)))
    upload = next(request for request in bench.fal.requests if request.step == "upload")
    assert upload.headers["content-type"] == mime


async def test_two_orders_fetch_one_storage_token(bench: Bench) -> None:
    await bench.make(an_order("esrgan"))
    await bench.make(an_order("flux-fill-pro"))
    assert bench.count("upload") == 3
    assert bench.count("token") == 1
