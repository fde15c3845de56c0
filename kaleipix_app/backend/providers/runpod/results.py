"""From the `output` of a finished job to pictures. Workers differ; what they sent is recognised by its shape.

worker-sdxl sends a list of strings (data URIs, or addresses when it has a bucket), worker-comfyui a list of objects,
and before its version 5 a single `message`.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from kaleipix_app.backend.providers.base import Delivered, NotNow, ProviderError
from kaleipix_app.backend.providers.catalogue import MAX_SEED
from kaleipix_app.backend.providers.outgoing import Outgoing
from kaleipix_app.backend.providers.runpod.failures import failed

MOST = 4  # pictures of one order
_EMPTY = "The engine finished without a picture. Change the settings and try again."
_UNREADABLE = "The provider answered with something that cannot be used. Try again."

_PREFIX = re.compile(r"data:image/[a-z0-9.+-]{1,20};base64,")
_SEED_IN_NAME = re.compile(r"kaleipix-(\d{1,10})_")  # put there by us, see comfy.py


async def pictures(output: object, outgoing: Outgoing) -> list[Delivered]:
    """Every picture that can be read, in order. Raises ProviderError if there is none, NotNow to ask again."""
    found = list(_items(output))[:MOST]
    if not found:
        raise ProviderError("no pictures", sentence=_EMPTY)
    delivered: list[Delivered] = []
    problem: ProviderError | None = None
    for text, seed in found:
        try:
            delivered.append(Delivered(await _bytes(text, outgoing), seed))
        except NotNow:
            raise
        except ProviderError as error:  # the others may be fine
            problem = error
    if problem is not None and not delivered:
        raise problem
    return delivered


def _items(output: object) -> Iterator[tuple[object, int]]:
    """What stands for each picture, and its seed if that is told (else 0)."""
    if not isinstance(output, Mapping):
        raise ProviderError("output is no object", sentence=_UNREADABLE)
    if output.get("error"):
        raise failed(output["error"])
    images = output.get("images")
    if images is None:
        single = output.get("image_url") or output.get("message")
        images = [] if single is None else [single]
    if not isinstance(images, list):
        raise ProviderError("images are no list", sentence=_UNREADABLE)
    for one in images:
        yield (one.get("data"), _seed_of_name(one)) if isinstance(one, Mapping) else (one, _seed(output))


async def _bytes(text: object, outgoing: Outgoing) -> bytes:
    if not isinstance(text, str) or not text:
        raise ProviderError("a picture is missing", sentence=_UNREADABLE)
    if text.startswith(("https://", "http://")):
        return await outgoing.download(text)
    prefix = _PREFIX.match(text[:64])
    try:
        return b64decode(text[prefix.end() :] if prefix else text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProviderError("bad base64", sentence=_UNREADABLE) from error


def _seed(output: Mapping[str, Any]) -> int:
    seed = output.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= MAX_SEED else 0


def _seed_of_name(image: Mapping[str, Any]) -> int:
    name = image.get("filename")
    found = _SEED_IN_NAME.match(name) if isinstance(name, str) else None
    return min(int(found[1]), MAX_SEED) if found else 0
