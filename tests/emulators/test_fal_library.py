"""The emulator is faithful enough for fal's own client."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import fal_client
import pytest
from PIL import Image

from tests.emulators.conftest import SCHNELL, Studio
from tests.emulators.pictures import decode

EDIT = "fal-ai/flux/dev/image-to-image"


def a_png(size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_a_picture_from_words(studio: Studio, library: fal_client.AsyncClient) -> None:
    seen: list[fal_client.Status] = []
    given = {"prompt": "a lighthouse", "image_size": "square", "num_images": 2, "seed": 7}
    result = await library.subscribe(SCHNELL, given, with_logs=True, on_queue_update=seen.append, interval=0.01)
    kinds = [type(status) for status in seen]
    assert kinds[-1] is fal_client.Completed
    assert fal_client.InProgress in kinds
    last = seen[-1]
    assert isinstance(last, fal_client.Completed)
    assert last.logs
    assert last.logs[-1]["message"].startswith("100%")
    assert result["seed"] == 7
    assert result["has_nsfw_concepts"] == [False, False]
    pictures = [decode((await studio.http.get(image["url"])).content) for image in result["images"]]
    assert [picture.size for picture in pictures] == [(512, 512), (512, 512)]
    assert pictures[0].tobytes() != pictures[1].tobytes()
    assert studio.fal.submissions("lighthouse").jobs == 1


async def test_the_same_words_and_seed_give_the_same_picture(studio: Studio) -> None:
    made = [(await studio.make("a fox", seed=seed)).json()["images"][0]["url"] for seed in (1, 1, 2)]
    first, again, other = [(await studio.http.get(url)).content for url in made]
    assert first == again != other


async def test_waiting_in_the_queue_and_cancelling(studio: Studio, library: fal_client.AsyncClient) -> None:
    studio.fal.hold("queued")
    first = await library.submit(SCHNELL, {"prompt": "one"})
    second = await library.submit(SCHNELL, {"prompt": "two"})
    assert await first.status() == fal_client.Queued(position=0)
    assert await second.status() == fal_client.Queued(position=1)
    await first.cancel()
    assert await second.status() == fal_client.Queued(position=0)
    cancelled = await first.status()
    assert isinstance(cancelled, fal_client.Completed)
    assert cancelled.error_type == "client_cancelled"
    studio.fal.release()
    assert (await second.get())["prompt"] == "two"
    with pytest.raises(fal_client.FalClientHTTPError) as late:
        await second.cancel()
    assert late.value.status_code == 400


async def test_a_refusal_of_the_model(studio: Studio, library: fal_client.AsyncClient) -> None:
    with pytest.raises(fal_client.FalClientHTTPError) as refused:
        await library.subscribe(SCHNELL, {"num_images": 9, "image_size": "huge"})
    assert refused.value.status_code == 422
    detail: Any = refused.value.message  # annotated as text, but a list for errors of models
    problems = {tuple(problem["loc"]): problem for problem in detail}
    assert problems["body", "prompt"]["type"] == "missing"
    assert problems["body", "num_images"]["ctx"] == {"le": 4}
    assert problems["body", "image_size"]["type"] == "one_of"


async def test_unknown_jobs_and_models(studio: Studio, library: fal_client.AsyncClient) -> None:
    with pytest.raises(fal_client.FalClientHTTPError) as unknown:
        await library.status(SCHNELL, "nobody")
    assert unknown.value.status_code == 404
    with pytest.raises(fal_client.FalClientHTTPError) as missing:
        await library.submit("fal-ai/imagen4", {"prompt": "x"})
    assert missing.value.status_code == 404


async def test_an_upload_is_edited(studio: Studio, library: fal_client.AsyncClient) -> None:
    url = await library.upload(a_png(), "image/png", "in.png")
    assert url.startswith(f"{studio.url}/files/")
    result = await library.subscribe(EDIT, {"prompt": "in oil", "image_url": url, "strength": 0.4})
    made = decode((await studio.http.get(result["images"][0]["url"])).content)
    assert made.size == (64, 48)


async def test_the_older_way_of_uploading(studio: Studio, library: fal_client.AsyncClient) -> None:
    url = await library.upload(a_png(), "image/png", "in.png", repository="fal")
    assert (await studio.http.get(url)).content == a_png()


async def test_large_files_go_up_in_parts(
    studio: Studio, library: fal_client.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fal_client.client.MULTIPART_THRESHOLD", 1000)
    monkeypatch.setattr("fal_client.client.MULTIPART_CHUNK_SIZE", 4000)
    data = bytes(range(256)) * 40
    (tmp_path / "large.bin").write_bytes(data)
    url = await library.upload_file(tmp_path / "large.bin")
    assert (await studio.http.get(url)).content == data


async def test_a_lost_answer_makes_the_library_pay_twice(studio: Studio, library: fal_client.AsyncClient) -> None:
    studio.fal.script("submit", "cut_after")
    await library.subscribe(SCHNELL, {"prompt": "twice"})
    assert studio.fal.submissions("twice").posts == 2
    assert studio.fal.submissions("twice").jobs == 2


async def test_nobody_without_a_key(studio: Studio) -> None:
    studio.settings.key = "id:other"
    answer = await studio.http.post(f"/{SCHNELL}", json={"prompt": "x"})
    assert answer.status_code == 401
    assert studio.fal.submissions().jobs == 0
    assert "secret" not in str(studio.fal.requests)
