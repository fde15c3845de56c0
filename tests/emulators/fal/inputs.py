"""Fetches the pictures that an input names, as the models do."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any

import httpx
from PIL import Image

from tests.emulators import pictures
from tests.emulators.fal.schema import error
from tests.emulators.files import Files

MOST_BYTES = 30 * 1024 * 1024


class BadInput(Exception):
    """An input that a model refuses, with the entry for `detail`."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["type"])
        self.problem = problem


async def _bytes(url: str, files: Files, client: httpx.AsyncClient) -> bytes:
    if url.startswith("data:"):
        return base64.b64decode(url.partition(",")[2], validate=True)
    if own := files.find(url):
        return await own.read()
    answer = await client.get(url, follow_redirects=True)
    return answer.raise_for_status().content


async def load(loc: list[Any], url: str, files: Files, client: httpx.AsyncClient) -> Image.Image:
    """The picture behind a URL, or the error that fal gives."""
    try:
        data = await _bytes(url, files, client)
    except (httpx.HTTPError, binascii.Error) as problem:
        raise BadInput(error(loc, "file_download_error", "Failed to download the file", url)) from problem
    if len(data) > MOST_BYTES:
        message = f"File size exceeds the maximum of {MOST_BYTES} bytes"
        raise BadInput(error(loc, "file_too_large", message, url, max_size=MOST_BYTES))
    try:
        return await asyncio.to_thread(pictures.decode, data)
    except OSError as problem:
        raise BadInput(error(loc, "image_load_error", "Failed to load the image", url)) from problem


async def load_all(given: dict[str, Any], files: Files, client: httpx.AsyncClient) -> dict[str, list[Image.Image]]:
    """The pictures of every field that names some."""
    loaded: dict[str, list[Image.Image]] = {}
    for name in ("image_url", "mask_url"):
        if given.get(name):
            loaded[name] = [await load(["body", name], given[name], files, client)]
    for at, url in enumerate(given.get("image_urls") or []):
        loaded.setdefault("image_urls", []).append(await load(["body", "image_urls", at], url, files, client))
    source, mask = loaded.get("image_url"), loaded.get("mask_url")
    if source and mask and source[0].size != mask[0].size:
        message = "The mask must have the same size as the image"
        raise BadInput(error(["body", "mask_url"], "value_error", message, given["mask_url"]))
    return loaded
