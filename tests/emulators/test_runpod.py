"""The emulated RunPod: its queue, its two workers, its webhooks, its failures."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.emulators.conftest import until
from tests.emulators.pictures import decode, encode
from tests.emulators.runpod import RunPod
from tests.emulators.server import serving

FINAL = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")
SDXL, COMFYUI = "/v2/sdxl", "/v2/comfyui"


def a_workflow(text: str = "a fox", *, source: str | None = None, output: str = "SaveImage") -> dict[str, Any]:
    """A workflow in ComfyUI's API format."""
    nodes = {
        "3": ("KSampler", {"seed": 5, "denoise": 0.5}),
        "5": ("EmptyLatentImage", {"width": 128, "height": 64, "batch_size": 2}),
        "6": ("CLIPTextEncode", {"text": text}),
        "9": (output, {"images": ["8", 0]}),
    }
    if source:
        nodes["10"] = ("LoadImage", {"image": source})
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


@dataclass
class Pod:
    """An emulated RunPod and a plain client with a key."""

    runpod: RunPod
    url: str
    http: httpx.AsyncClient

    async def run(self, endpoint: str, given: dict[str, Any], **more: Any) -> str:
        answer = await self.http.post(f"{endpoint}/run", json={"input": given, **more})
        answer.raise_for_status()
        assert answer.json()["status"] == "IN_QUEUE"
        return f"{endpoint}/status/{answer.json()['id']}"

    async def status(self, path: str) -> dict[str, Any]:
        body: dict[str, Any] = (await self.http.get(path)).json()
        return body

    async def until(self, path: str, *statuses: str) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while (body := await self.status(path))["status"] not in statuses:
                await asyncio.sleep(0.005)
        return body

    async def make(self, endpoint: str, given: dict[str, Any], **more: Any) -> dict[str, Any]:
        return await self.until(await self.run(endpoint, given, **more), *FINAL)


@pytest.fixture
async def pod() -> AsyncIterator[Pod]:
    runpod = RunPod()
    headers = {"authorization": "Bearer secret"}
    async with (
        serving(runpod) as url,
        httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=5) as http,
    ):
        yield Pod(runpod, url, http)


def _picture(text: str) -> Image.Image:
    return decode(base64.b64decode(text.partition(",")[2] or text))


async def test_sdxl_makes_pictures(pod: Pod) -> None:
    job = await pod.make(SDXL, {"prompt": "a fox", "width": 128, "height": 96, "num_images": 2, "seed": 3})
    assert job["status"] == "COMPLETED"
    assert {"delayTime", "executionTime", "workerId"} <= job.keys()
    output = job["output"]
    assert output["seed"] == 3
    assert output["image_url"] == output["images"][0]
    assert output["images"][0].startswith("data:image/png;base64,")
    assert [_picture(one).size for one in output["images"]] == [(128, 96), (128, 96)]


async def test_sdxl_changes_a_picture_and_refuses_what_it_does_not_know(pod: Pod) -> None:
    source = "data:image/png;base64," + base64.b64encode(encode(Image.new("RGB", (40, 30), "teal"), "png")).decode()
    job = await pod.make(SDXL, {"prompt": "a fox", "image_url": source})
    assert _picture(job["output"]["image_url"]).size == (40, 30)
    refused = await pod.make(SDXL, {"num_images": 3, "cfg": 1})
    assert refused["status"] == "FAILED"
    assert "prompt is a required input." in refused["error"]
    assert "cfg is not a valid input option." in refused["error"]


async def test_comfyui_runs_a_workflow(pod: Pod) -> None:
    job = await pod.make(COMFYUI, {"workflow": a_workflow()})
    images = job["output"]["images"]
    assert (images[0]["filename"], images[0]["type"]) == ("ComfyUI_00001_.png", "base64")
    assert [_picture(one["data"]).size for one in images] == [(128, 64), (128, 64)]
    source = {"name": "in.png", "image": base64.b64encode(encode(Image.new("RGB", (30, 20), "teal"), "png")).decode()}
    edited = await pod.make(COMFYUI, {"workflow": a_workflow(source="in.png"), "images": [source]})
    assert _picture(edited["output"]["images"][0]["data"]).size == (30, 20)
    for given in (
        {},
        {"workflow": a_workflow(source="other.png"), "images": [source]},
        {"workflow": {}, "images": [1]},
    ):
        assert (await pod.make(COMFYUI, given))["status"] == "FAILED"
    empty = await pod.make(COMFYUI, {"workflow": a_workflow(output="PreviewImage")})
    assert (empty["status"], empty["output"]) == ("COMPLETED", {"status": "success_no_images", "images": []})


async def test_pictures_in_a_bucket(pod: Pod) -> None:
    pod.runpod.options.store = "s3_url"
    image = (await pod.make(COMFYUI, {"workflow": a_workflow()}))["output"]["images"][0]
    assert image["type"] == "s3_url"
    assert decode((await pod.http.get(image["data"])).content).size == (128, 64)
    pod.runpod.files.expire_all()
    assert (await pod.http.get(image["data"])).status_code == 403


async def test_progress_is_no_result(pod: Pod) -> None:
    pod.runpod.hold("running")
    path = await pod.run(SDXL, {"prompt": "a fox"})
    async with asyncio.timeout(5):
        while not (job := await pod.status(path)).get("output"):
            await asyncio.sleep(0)
    assert job["status"] == "IN_PROGRESS"
    assert 0 < job["output"]["progress"] < 100
    health = (await pod.http.get(f"{SDXL}/health")).json()
    assert (health["jobs"]["inProgress"], health["workers"]["running"]) == (1, 1)
    pod.runpod.release()
    assert (await pod.until(path, *FINAL))["status"] == "COMPLETED"


async def test_runsync_waits_or_gives_an_id(pod: Pod) -> None:
    body = {"input": {"prompt": "a fox", "width": 64, "height": 64}}
    done = (await pod.http.post(f"{SDXL}/runsync", json=body)).json()
    assert (done["status"], done["id"][:5]) == ("COMPLETED", "sync-")
    pod.runpod.options.policy_scale = 0.05
    pod.runpod.hold("queued")
    waiting = (await pod.http.post(f"{SDXL}/runsync?wait=1000", json=body)).json()
    assert waiting["status"] == "IN_QUEUE"
    pod.runpod.release()
    assert (await pod.until(f"{SDXL}/status/{waiting['id']}", *FINAL))["status"] == "COMPLETED"


async def test_cancelling_and_purging(pod: Pod) -> None:
    pod.runpod.hold("queued")
    paths = [await pod.run(SDXL, {"prompt": f"fox {number}"}) for number in range(3)]
    cancelled = (await pod.http.post(paths[0].replace("status", "cancel"))).json()
    assert cancelled["status"] == "CANCELLED"
    assert (await pod.http.post(f"{SDXL}/purge-queue")).json() == {"removed": 2, "status": "completed"}
    assert (await pod.status(paths[1]))["status"] == "CANCELLED"


async def test_the_policy_of_a_job(pod: Pod) -> None:
    pod.runpod.hold("running")
    slow = await pod.make(SDXL, {"prompt": "a fox"}, policy={"executionTimeout": 50})
    assert slow["status"] == "TIMED_OUT"
    path = await pod.run(SDXL, {"prompt": "a fox"}, policy={"ttl": 50})
    async with asyncio.timeout(5):
        while (await pod.http.get(path)).status_code != 404:
            await asyncio.sleep(0.005)
    pod.runpod.release()


async def test_results_are_forgotten(pod: Pod) -> None:
    path = await pod.run(SDXL, {"prompt": "a fox"})
    await pod.until(path, *FINAL)
    pod.runpod.options.retention = 0
    assert (await pod.http.get(path)).status_code == 404


async def test_a_cold_start_delays_the_first_job(pod: Pod) -> None:
    pod.runpod.options.cold_start = 0.1
    given = {"prompt": "a fox", "width": 64, "height": 64}
    assert (await pod.make(SDXL, given))["delayTime"] >= 100
    pod.runpod.options.cold_start = 60  # longer than this test would wait
    assert (await pod.make(SDXL, given))["status"] == "COMPLETED"


async def test_failed_jobs(pod: Pod) -> None:
    pod.runpod.script("job", "crash", message="out of memory")
    path = await pod.run(SDXL, {"prompt": "a fox"})
    crashed = await pod.until(path, *FINAL)
    assert crashed["status"] == "FAILED"
    assert json.loads(crashed["error"])["error_message"] == "out of memory"
    await pod.http.post(path.replace("status", "retry"))
    assert (await pod.until(path, *FINAL))["status"] == "COMPLETED"
    pod.runpod.script("job", "errors_only")
    assert (await pod.make(COMFYUI, {"workflow": a_workflow()}))["error"] == "Job processing failed"


async def test_outputs_that_are_not_as_asked(pod: Pod) -> None:
    async def output(do: str, **args: Any) -> dict[str, Any]:
        pod.runpod.script("job", do, **args)
        made: dict[str, Any] = (await pod.make(COMFYUI, {"workflow": a_workflow()}))["output"]
        return made

    assert len((await output("partial"))["images"]) == 1
    assert len((await output("extra"))["images"]) == 3
    assert (await output("bad_base64"))["images"][0]["data"] == "!not base64!"
    assert _picture((await output("wrong_size", width=9, height=8))["images"][0]["data"]).size == (9, 8)
    assert base64.b64decode((await output("svg"))["images"][0]["data"]).startswith(b"<svg")
    assert (await output("url", url="http://10.0.0.1/x.png"))["images"][0]["data"] == "http://10.0.0.1/x.png"
    moved = (await output("redirect", to="http://10.0.0.1/"))["images"][0]["data"]
    assert (await pod.http.get(moved)).headers["location"] == "http://10.0.0.1/"
    assert (await output("legacy"))["status"] == "success"
    assert (await output("no_images"))["images"] == []
    assert (await output("warnings"))["errors"]


async def test_a_status_nobody_knows(pod: Pod) -> None:
    pod.runpod.script("job", "odd_status", word="RUNNING")
    pod.runpod.hold("running")
    path = await pod.run(SDXL, {"prompt": "a fox"})
    await pod.until(path, "RUNNING")
    pod.runpod.release()
    await pod.until(path, "COMPLETED")


@pytest.mark.parametrize(
    ("do", "status"), [("unauthorized", 401), ("not_found", 404), ("rate_limited", 429), ("error", 500)]
)
async def test_refused_requests(pod: Pod, do: str, status: int) -> None:
    pod.runpod.script("submit", do, prompt="wolf")
    await pod.run(SDXL, {"prompt": "a fox"})
    refused = await pod.http.post(f"{COMFYUI}/run", json={"input": {"workflow": a_workflow("a wolf")}})
    assert refused.status_code == status
    assert pod.runpod.submissions("wolf").posts == 1
    assert pod.runpod.submissions("wolf").jobs == 0


async def test_wrong_keys_endpoints_and_bodies(pod: Pod) -> None:
    assert (await pod.http.post("/v2/other/run", json={"input": {}})).status_code == 404
    assert (await pod.http.post(f"{SDXL}/run", json={"prompt": "x"})).status_code == 400
    large = {"input": {"prompt": "x" * 11_000_000}}
    assert (await pod.http.post(f"{SDXL}/run", json=large)).status_code == 400
    pod.runpod.options.key = "other"
    assert (await pod.http.post(f"{SDXL}/run", json={"input": {}})).status_code == 401
    assert "secret" not in str(pod.runpod.requests)


@pytest.mark.parametrize(("do", "jobs"), [("cut", 0), ("cut_after", 1)])
async def test_a_lost_answer(pod: Pod, do: str, jobs: int) -> None:
    pod.runpod.script("submit", do)
    with pytest.raises(httpx.TransportError):
        await pod.http.post(f"{SDXL}/run", json={"input": {"prompt": "lost"}})
    assert pod.runpod.submissions("lost").jobs == jobs


class Receiver:
    """Whoever is told by webhook."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200

    async def take(self, request: Request) -> Response:
        self.got.append(await request.json())
        return Response(status_code=self.status)


async def test_webhooks(pod: Pod) -> None:
    receiver = Receiver()
    given = {"prompt": "a fox", "width": 64, "height": 64}
    async with serving(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as url:
        hook = f"{url}/hook"
        await pod.run(SDXL, given, webhook=hook)
        await until(lambda: len(receiver.got) == 1)
        body = receiver.got[0]
        assert (body["status"], body["input"], body["webhook"]) == ("COMPLETED", given, hook)
        for do, times in (("twice", 2), ("forged", 1), ("unknown", 2), ("late", 1), ("early", 1)):
            receiver.got.clear()
            pod.runpod.script("webhook", do)
            path = await pod.run(SDXL, given, webhook=hook)
            assert receiver.got or do != "early"
            await until(lambda times=times: len(receiver.got) == times)  # type: ignore[misc]
            known = [made["id"] == path.rpartition("/")[2] for made in receiver.got]
            assert known == ([False, True] if do == "unknown" else [True] * times)
        receiver.got.clear()
        receiver.status = 500
        pod.runpod.options.webhook_delay = 0
        pod.runpod.script("webhook", "never", prompt="quiet")
        await pod.make(SDXL, {**given, "prompt": "quiet"}, webhook=hook)
        assert receiver.got == []
        await pod.make(SDXL, given, webhook=hook)
        await until(lambda: len(receiver.got) == 3)
