"""Running emulators, and clients that speak to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import fal_client
import httpx
import pytest
from fal_client import client as fal_library

from tests.emulators.fal import Fal, Settings
from tests.emulators.server import serving

SCHNELL = "fal-ai/flux/schnell"


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass
class Studio:
    """An emulated fal.ai, its address, and a plain client with a key."""

    fal: Fal
    url: str
    http: httpx.AsyncClient
    settings: Settings = field(default_factory=Settings)

    async def submit(self, prompt: str, model: str = SCHNELL, query: str = "", **given: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/{model}{query}", json={"prompt": prompt, **given})
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    async def done(self, job: dict[str, Any]) -> httpx.Response:
        """The result of a job, once its stream of statuses has ended."""
        async with self.http.stream("GET", job["status_url"] + "/stream") as events:
            await events.aread()
        return await self.http.get(job["response_url"])

    async def make(self, prompt: str, model: str = SCHNELL, **given: Any) -> httpx.Response:
        return await self.done(await self.submit(prompt, model, **given))


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    fal = Fal()
    headers = {"authorization": "Key id:secret"}
    async with (
        serving(fal) as url,
        httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=5) as http,
    ):
        yield Studio(fal, url, http, fal.options)


@pytest.fixture
async def library(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[fal_client.AsyncClient]:
    """fal's own client, pointed at the emulator."""
    for name in ("RUN_URL_FORMAT", "QUEUE_URL_FORMAT"):
        monkeypatch.setattr(fal_library, name, f"{studio.url}/")
    for name in ("REST_URL", "CDN_URL"):
        monkeypatch.setattr(fal_library, name, studio.url)
    client = fal_client.AsyncClient(key="id:secret", default_timeout=5)
    yield client
    await (await client._client).aclose()
