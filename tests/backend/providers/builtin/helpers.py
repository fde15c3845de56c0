"""Orders and pictures for the tests of the built-in engine."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kaleipix_app.backend.providers.base import Delivered, Order, ParamValue, Running
from kaleipix_app.backend.providers.builtin import BuiltinProvider
from tests.conftest import PHOTOS

STYLES = ("kaleidoscope", "mosaic", "halftone", "posterise", "watercolour", "pixel")


def photo(name: str = "coffee.png") -> bytes:
    return (PHOTOS / name).read_bytes()


def order(
    prompt: str = "deep blue ocean",
    *,
    size: tuple[int, int] = (96, 96),
    count: int = 1,
    seed: int = 7,
    source: bytes | None = None,
    **params: ParamValue,
) -> Order:
    return Order(
        generation_id="g1",
        model="kaleidoscope",
        prompt=prompt,
        width=size[0],
        height=size[1],
        count=count,
        seed=seed,
        params=params,
        source=source,
    )


async def made(engine: BuiltinProvider, wanted: Order) -> list[Delivered]:
    job = await engine.submit(wanted)
    async for _ in engine.follow(job):
        pass
    return await engine.collect(job)


async def running(engine: BuiltinProvider, job: str) -> list[Running]:
    return [update async for update in engine.follow(job) if isinstance(update, Running)]


def pixels(data: bytes) -> NDArray[np.floating[Any]]:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGB"
        return np.asarray(picture, dtype=np.float32) / 255
