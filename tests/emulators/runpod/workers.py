"""worker-sdxl and worker-comfyui: what they accept and what they give back."""

from __future__ import annotations

import base64
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from tests.emulators import pictures
from tests.emulators.exchange import Reply
from tests.emulators.fal.inputs import BadInput, load
from tests.emulators.faults import SVG
from tests.emulators.files import File, Files
from tests.emulators.runpod.jobs import Job, WorkFailed, crash
from tests.emulators.runpod.sdxl import problems
from tests.emulators.runpod.settings import Settings


@dataclass
class Made:
    """A picture, as bytes with a type."""

    data: bytes
    kind: str = "image/png"


def spoiled(job: Job, picture: Image.Image) -> Made:
    """A picture as it leaves the worker: usually as it was painted."""
    if job.rule("svg"):
        return Made(SVG, "image/svg+xml")
    if job.rule("not_picture"):
        return Made(b"<html>This is no picture.</html>")
    if rule := job.rule("wrong_size"):
        picture = picture.resize((rule.args["width"], rule.args["height"]))
    if rule := job.rule("huge"):
        return Made(pictures.encode(picture, "png") + bytes(rule.args.get("size", 51 * 1024 * 1024)))
    return Made(pictures.encode(picture, "png"))


def counted(job: Job, made: list[Made]) -> list[Made]:
    """As many as the script lets through, or more than were asked."""
    if rule := job.rule("partial"):
        return made[: int(rule.args.get("count", len(made) // 2))]
    if rule := job.rule("extra"):
        return made + made[:1] * int(rule.args.get("count", 1))
    return made


class Workers:
    """Does the work of a job."""

    def __init__(self, settings: Settings, files: Files, client: Callable[[], httpx.AsyncClient]) -> None:
        self._settings = settings
        self._files = files
        self._client = client

    async def __call__(self, job: Job) -> dict[str, Any]:
        if rule := job.rule("crash"):
            raise WorkFailed(crash(rule.args.get("message", "CUDA out of memory")))
        if rule := job.rule("handler_error"):
            raise WorkFailed(rule.args.get("text", "The model could not be loaded"))
        output = await (self._sdxl(job) if job.worker == "sdxl" else self._comfyui(job))
        if rule := job.rule("changed"):
            output |= rule.args["fields"]
        return output

    def _stored(self, job: Job, made: Made, name: str) -> str | None:
        """The address of a picture in the bucket; None if there is no bucket."""
        if rule := job.rule("url"):
            return str(rule.args["url"])
        redirect = job.rule("redirect")
        if self._settings.store == "base64" and not redirect and not job.rule("s3"):
            return None
        ends = time.time() + self._settings.s3_seconds
        file = File(name, made.kind, data=made.data, expires_at=ends, prompt=job.prompt, model=job.endpoint)
        if redirect:
            file.reply = Reply(302, b"", {"location": redirect.args["to"]})
        return (
            self._files.add(job.base, file) + f"?X-Amz-Expires={self._settings.s3_seconds:g}&X-Amz-Signature=emulated"
        )

    async def _sdxl(self, job: Job) -> dict[str, Any]:
        given = job.given
        if wrong := problems(given):
            raise WorkFailed("\n".join(wrong))
        seed = given.get("seed") if given.get("seed") is not None else random.Random(job.id).getrandbits(32)
        size = (given.get("width") or 1024, given.get("height") or 1024)
        source = await self._source(given["image_url"]) if given.get("image_url") else None
        strength = given.get("strength", 0.3)
        painted = [
            pictures.edit(source, job.prompt, seed, index, None, strength)
            if source
            else pictures.paint(job.prompt, seed, index, size)
            for index in range(given.get("num_images") or 1)
        ]
        made = counted(job, [spoiled(job, picture) for picture in painted])
        images = [self._stored(job, one, f"{at}.png") or _data_uri(job, one) for at, one in enumerate(made)]
        return {"images": images, "image_url": images[0] if images else None, "seed": seed}

    async def _source(self, url: str) -> Image.Image:
        try:
            return await load(["input", "image_url"], url, self._files, self._client())
        except BadInput as refused:
            raise WorkFailed(crash(refused.problem["msg"])) from refused

    async def _comfyui(self, job: Job) -> dict[str, Any]:
        workflow, sources = checked(job.given)
        made: list[Made] = []
        if not job.rule("no_images") and not job.rule("errors_only"):
            made = counted(job, [spoiled(job, picture) for picture in drawn(workflow, sources, job.prompt)])
        if job.rule("errors_only"):
            raise WorkFailed("Job processing failed")
        if not made:
            return {"status": "success_no_images", "images": []}
        if job.rule("legacy"):
            return {"status": "success", "message": base64.b64encode(made[0].data).decode()}
        output: dict[str, Any] = {"images": [self._image(job, one, at) for at, one in enumerate(made)]}
        if rule := job.rule("warnings"):
            output["errors"] = rule.args.get("errors", ["Node 9 produced unhandled output types"])
        return output

    def _image(self, job: Job, made: Made, at: int) -> dict[str, str]:
        name = f"ComfyUI_{at + 1:05d}_.png"
        if url := self._stored(job, made, name):
            return {"filename": name, "type": "s3_url", "data": url}
        return {"filename": name, "type": "base64", "data": _base64(job, made)}


def _base64(job: Job, made: Made) -> str:
    return "!not base64!" if job.rule("bad_base64") else base64.b64encode(made.data).decode()


def _data_uri(job: Job, made: Made) -> str:
    return f"data:image/png;base64,{_base64(job, made)}"


def checked(given: Any) -> tuple[dict[str, Any], dict[str, Image.Image]]:
    """The workflow and the uploaded pictures, or the worker's complaint."""
    workflow = given.get("workflow")
    if not isinstance(workflow, dict):
        raise WorkFailed("Missing 'workflow' parameter")
    images = given.get("images") or []
    if not isinstance(images, list) or not all(
        isinstance(one, dict) and {"name", "image"} <= one.keys() for one in images
    ):
        raise WorkFailed("'images' must be a list of objects with 'name' and 'image' keys")
    sources: dict[str, Image.Image] = {}
    for one in images:
        try:
            data = base64.b64decode(re.sub(r"^data:[^,]*,", "", one["image"]), validate=True)
            sources[one["name"]] = pictures.decode(data)
        except (ValueError, OSError) as problem:
            raise WorkFailed(f"Error uploading {one['name']}") from problem
    for node in nodes(workflow, "LoadImage"):
        if node["image"] not in sources:
            raise WorkFailed(f"Workflow validation failed: image - Invalid image file: {node['image']}")
    return workflow, sources


def nodes(workflow: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    """The inputs of all nodes of some classes."""
    found = [node for node in workflow.values() if isinstance(node, dict) and node.get("class_type") in kinds]
    return [node.get("inputs", {}) for node in found]


def words(workflow: Any) -> str:
    """The texts of a workflow: what counts as its prompt."""
    if not isinstance(workflow, dict):
        return ""
    return " / ".join(str(node.get("text", "")) for node in nodes(workflow, "CLIPTextEncode"))


def drawn(workflow: dict[str, Any], sources: dict[str, Image.Image], prompt: str) -> list[Image.Image]:
    """The pictures of every output node; previews are temporary and stay behind."""
    canvas = next(iter(nodes(workflow, "EmptyLatentImage", "EmptySD3LatentImage")), {})
    sampler = next(iter(nodes(workflow, "KSampler")), {})
    seed, count = int(sampler.get("seed", 0)), int(canvas.get("batch_size", 1))
    size = (int(canvas.get("width", 512)), int(canvas.get("height", 512)))
    named = next(iter(nodes(workflow, "LoadImage")), None)
    source = sources[named["image"]] if named else None
    strength = float(sampler.get("denoise", 0.6))
    return [
        pictures.edit(source, prompt, seed, index, None, strength)
        if source
        else pictures.paint(prompt, seed, index, size)
        for _ in nodes(workflow, "SaveImage")
        for index in range(count)
    ]
