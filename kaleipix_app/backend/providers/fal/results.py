"""The pictures in a model's answer: files at addresses, in one of several shapes, some of them taken out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kaleipix_app.backend.providers.base import ProviderError, Refused
from kaleipix_app.backend.providers.outgoing import MOST_BYTES, NotAllowed, Outgoing, TooMuch

MOST = 8  # pictures; more than can be asked for


@dataclass(frozen=True)
class Found:
    """Where the pictures are, and the seed they were made from."""

    urls: tuple[str, ...]
    seed: int


def read(document: Mapping[str, Any]) -> Found:
    """The pictures that the safety filter has let through. Raises Refused if there is none of them."""
    images = document.get("images")
    if not isinstance(images, list):
        images = [document.get("image")]
    flags = document.get("has_nsfw_concepts")
    flagged = {at for at, flag in enumerate(flags) if flag} if isinstance(flags, list) else set()
    urls = [image.get("url") if isinstance(image, dict) else None for image in images[:MOST]]
    usable = [(at, url) for at, url in enumerate(urls) if isinstance(url, str) and url]
    if not usable:
        raise ProviderError("no pictures in the answer", sentence="The provider answered without a picture. Try again.")
    kept = tuple(url for at, url in usable if at not in flagged)
    if not kept:
        raise Refused("all pictures were flagged")
    seed = document.get("seed")
    return Found(kept, seed if type(seed) is int and 0 <= seed < 2**63 else 0)


async def fetch(url: str, outgoing: Outgoing) -> bytes:
    """The bytes of one picture. Raises ProviderError."""
    return _inline(url) if url.startswith("data:") else await outgoing.download(url)


def _inline(url: str) -> bytes:
    """A small picture inside the answer itself."""
    head, comma, text = url.partition(",")
    if not comma or not head.endswith(";base64"):
        raise NotAllowed("data without base64")
    if len(text) > MOST_BYTES * 4 // 3:
        raise TooMuch("data")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAllowed("data is no base64") from error
