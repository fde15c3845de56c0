"""Makes the pictures of a job and puts them into the shape of the model's family."""

from __future__ import annotations

import base64
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from PIL import Image

from tests.emulators import pictures
from tests.emulators.exchange import Reply
from tests.emulators.fal.models import Model
from tests.emulators.fal.schema import SIZES
from tests.emulators.faults import SVG
from tests.emulators.files import File, Files
from tests.emulators.pictures import Size
from tests.emulators.script import Rule

AREAS = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096, "auto": 1024, "auto_2K": 2048, "auto_4K": 4096}
Make = Callable[[], bytes]


@dataclass
class Order:
    """One job's wish, with everything that is needed to fulfil it."""

    name: str
    model: Model
    given: dict[str, Any]
    sources: dict[str, list[Image.Image]]
    base: str
    files: Files
    rules: list[Rule]
    expires_at: float | None = None
    prepared: bytes | None = None
    seed: int = field(init=False)

    def __post_init__(self) -> None:
        asked = self.given.get("seed")
        self.seed = random.Random(str(self.given)).getrandbits(63) if asked is None else asked

    @property
    def prompt(self) -> str:
        return self.given.get("prompt") or ""

    @property
    def source(self) -> Image.Image | None:
        found = self.sources.get("image_url") or self.sources.get("image_urls")
        return found[0] if found else None

    def rule(self, do: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.do == do), None)


def _of_ratio(ratio: str, edge: int) -> Size:
    across, down = (int(part) for part in ratio.split(":"))
    width = math.sqrt(edge * edge * across / down)
    return max(16, round(width / 16) * 16), max(16, round(width * down / across / 16) * 16)


def size_of(order: Order) -> Size:
    """The size that the model would make."""
    asked, source = order.given.get("image_size"), order.source
    if isinstance(asked, dict):
        return int(asked.get("width", 512)), int(asked.get("height", 512))
    if asked in SIZES:
        return SIZES[asked]
    ratio = order.given.get("aspect_ratio")
    edge = AREAS[order.given.get("resolution") or asked or "1K"]
    if ratio and ratio != "auto":
        return _of_ratio(ratio, edge)
    return source.size if source else (edge, edge)


def count_of(order: Order) -> int:
    """How many pictures come: usually as many as asked."""
    given = order.given
    count = (given.get("num_images") or 1) + (given.get("max_images") or 1) - 1
    if rule := order.rule("partial"):
        return int(rule.args.get("count", max(0, count - 2)))
    if rule := order.rule("extra"):
        return count + int(rule.args.get("count", 1))
    return int(count)


def _picture(order: Order, index: int, size: Size) -> Image.Image:
    source, family = order.source, order.model.family
    if family in ("clarity", "single") and source:
        return pictures.enlarge(source, order.given.get("upscale_factor") or order.given.get("scale") or 2)
    if family == "cut_out" and source:
        return pictures.subject(source) if order.given.get("mask_only") else pictures.cut_out(source)
    if source and (mask := order.sources.get("mask_url")):
        return pictures.repaint(source, mask[0], order.prompt, order.seed, index)
    if source:
        strength = order.given.get("strength")
        return pictures.edit(source, order.prompt, order.seed, index, size, 0.6 if strength is None else strength)
    return pictures.paint(order.prompt, order.seed, index, size)


def _made_size(order: Order) -> Size:
    source, family = order.source, order.model.family
    if source and family in ("clarity", "single"):
        factor = order.given.get("upscale_factor") or order.given.get("scale") or 2
        return round(source.width * factor), round(source.height * factor)
    if source and (family == "cut_out" or "mask_url" in order.sources):
        return source.size
    return size_of(order)


def _bytes(picture: Callable[[], Image.Image], kind: str) -> bytes:
    return pictures.encode(picture(), kind)


def _flagged(order: Order, index: int) -> bool:
    rule = order.rule("nsfw")
    return rule is not None and index in rule.args.get("which", range(100))


def _file(order: Order, kind: str, name: str, make: Make, rule: Rule | None) -> dict[str, Any]:
    """A result's file as fal describes it."""
    mime = f"image/{kind}"
    file = File(
        name, mime, data=order.prepared, make=make, expires_at=order.expires_at, prompt=order.prompt, model=order.name
    )
    if order.rule("svg"):
        mime = file.content_type = "image/svg+xml"
        file.name, file.data = name.rpartition(".")[0] + ".svg", SVG
    elif rule := order.rule("redirect"):
        file.reply = Reply(302, b"", {"location": rule.args["to"]})
    if order.given.get("sync_mode"):
        url = f"data:{mime};base64,{base64.b64encode(make()).decode()}"
    elif rule := order.rule("url"):
        url = rule.args["url"]
    else:
        url = order.files.add(order.base, file)
    return {"url": url, "content_type": mime, "file_name": file.name, "file_size": None}


def _sized(order: Order, made: dict[str, Any], size: Size) -> dict[str, Any]:
    if order.model.family in ("described", "plain", "ideogram") or order.rule("absent_size"):
        return made
    if order.rule("null_size"):
        return {**made, "width": None, "height": None}
    return {**made, "width": size[0], "height": size[1]}


def _image(order: Order, index: int) -> dict[str, Any]:
    size = _made_size(order)
    kind = order.given.get("output_format") or "png"
    real = size
    if rule := order.rule("wrong_size"):
        real = (rule.args["width"], rule.args["height"])
    drawn = partial(pictures.blank, real) if _flagged(order, index) else partial(_picture, order, index, real)
    if rule and not _flagged(order, index):
        drawn = partial(pictures.paint, order.prompt, order.seed, index, real)
    extension = "jpg" if kind == "jpeg" else kind
    name = f"{order.seed % 10**8:08d}_{index}.{extension}"
    return _sized(order, _file(order, kind, name, partial(_bytes, drawn, kind), rule), size)


def body(order: Order) -> dict[str, Any]:
    """The answer of the model."""
    family, took = order.model.family, {"inference": 0.05}
    if family in ("clarity", "single", "cut_out"):
        made: dict[str, Any] = {"image": _image(order, 0)}
        if family == "clarity":
            return {**made, "seed": order.seed, "timings": took}
        if order.given.get("output_mask") and order.source:
            mask = partial(_bytes, partial(pictures.subject, order.source), "png")
            made["mask_image"] = _sized(order, _file(order, "png", "mask.png", mask, None), order.source.size)
        return made
    images = [_image(order, index) for index in range(count_of(order))]
    flags = [_flagged(order, index) for index in range(len(images))]
    match family:
        case "flux":
            told = {"seed": order.seed, "has_nsfw_concepts": flags, "timings": took, "prompt": order.prompt}
            return {"images": images, **told}
        case "described":
            return {"images": images, "description": ""}
        case "plain":
            return {"images": images}
        case _:
            return {"images": images, "seed": order.seed}


def units(order: Order) -> float:
    """Billable units: pictures, or megapixels rounded up for each picture."""
    count = 1 if order.model.family in ("clarity", "single", "cut_out") else count_of(order)
    width, height = _made_size(order)
    return count * math.ceil(width * height / 1_000_000) if order.model.unit == "megapixels" else count
