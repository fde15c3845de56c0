"""`POST /webhooks/fal`: fal rings over a real socket, and others try to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from pydantic import SecretStr

from kaleipix_app.backend.api import fal_webhook
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings
from tests.backend.providers.fal.bench import KEY, an_order
from tests.emulators.fal import Fal
from tests.emulators.server import serving

FOREIGN = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
RAW = b"{}"


@dataclass
class Studio:
    """A studio that fal can reach, and what it heard. Its pipeline is elsewhere: here it only listens."""

    parts: Container
    fal: Fal
    url: str
    http: httpx.AsyncClient
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    knows: bool = True
    takes: float = 0.0

    async def called(self, provider: str, generation_id: str, name: str) -> bool:
        await asyncio.sleep(self.takes)
        self.heard.append((provider, generation_id, name))
        return self.knows

    def address(self, generation_id: str = "a-generation", token: str | None = None) -> str:
        known = self.parts.keyring.digest("provider callback", "fal", generation_id)
        query = urlencode({"generation": generation_id, "token": known if token is None else token})
        return f"{self.url}/webhooks/fal?{query}"

    async def ring(self, address: str | None = None, raw: bytes = RAW, **headers: str) -> int:
        signed = self.fal.webhooks.signed("an-id", raw)
        answer = await self.http.post(address or self.address(), content=raw, headers={**signed, **headers})
        return answer.status_code


@pytest.fixture
async def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Studio]:
    fal = Fal()
    async with serving(fal) as fal_url:
        settings = Settings(
            data_dir=tmp_path,
            fal_key=SecretStr(KEY),
            fal_queue_url=fal_url,
            fal_rest_url=fal_url,
            fal_cdn_url=fal_url,
        )
        parts = Container(settings)
        made = Studio(parts, fal, "", httpx.AsyncClient(trust_env=False))
        monkeypatch.setattr(parts.callbacks, "called", made.called)
        async with serving(parts.guard(parts.api_app())) as made.url:
            yield made
        await made.http.aclose()
        await parts.outgoing.close()
        await parts.db.close()


async def test_a_finished_job_rings_under_its_id_though_no_page_of_ours_sent_it(studio: Studio) -> None:
    job = await studio.parts.providers["fal"].submit(an_order(callback=studio.address()))
    async with asyncio.timeout(10):
        while not studio.fal.deliveries:
            await asyncio.sleep(0.01)
    assert studio.heard == [("fal", "a-generation", job.rpartition("/")[2])]
    assert [delivery.status for delivery in studio.fal.deliveries] == [200]
    assert await studio.ring(None, RAW, **FOREIGN) == 200


@pytest.mark.parametrize(("do", "statuses"), [("twice", [200, 200]), ("no_payload", [200])])
async def test_what_it_says_does_not_matter(do: str, statuses: list[int], studio: Studio) -> None:
    studio.fal.script("webhook", do)
    await studio.parts.providers["fal"].submit(an_order(callback=studio.address()))
    async with asyncio.timeout(10):
        while len(studio.fal.deliveries) < len(statuses):
            await asyncio.sleep(0.01)
    assert [delivery.status for delivery in studio.fal.deliveries] == statuses


@pytest.mark.parametrize("do", ["forged", "stale", "unsigned"])
async def test_what_fal_has_not_signed_now_is_not_heard(do: str, studio: Studio) -> None:
    studio.fal.script("webhook", do)
    await studio.parts.providers["fal"].submit(an_order(callback=studio.address()))
    async with asyncio.timeout(10):
        while not studio.fal.deliveries:
            await asyncio.sleep(0.01)
    assert studio.fal.deliveries[0].status == 401
    assert studio.heard == []


async def test_an_address_that_we_did_not_make_does_not_exist(studio: Studio) -> None:
    for address in (
        studio.address(token="guessed"),
        studio.address(token=""),
        f"{studio.url}/webhooks/fal",
        studio.address().replace("a-generation", "another"),
    ):
        assert await studio.ring(address) == 404
    assert studio.heard == []
    assert studio.fal.requests == [], "nobody is asked for keys"


async def test_a_generation_that_is_gone_is_unknown(studio: Studio) -> None:
    studio.knows = False
    assert await studio.ring() == 404
    assert len(studio.heard) == 1


async def test_a_body_has_a_limit(studio: Studio) -> None:
    assert await studio.ring(raw=b" " * 1024 * 1024) == 200
    assert await studio.ring(raw=b" " * (1024 * 1024 + 1)) == 413


async def test_it_is_asked_to_come_again_when_we_cannot_tell(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fal_webhook.MOST_SECONDS < 1
    monkeypatch.setattr(fal_webhook, "MOST_SECONDS", 0.1)
    studio.fal.script("other", "hang")  # its keys do not come
    assert await studio.ring() == 503
    studio.takes = 3600  # our database does not answer
    assert await studio.ring() == 503
    studio.takes = 0
    assert await studio.ring() == 200


async def test_only_posts_are_taken(studio: Studio) -> None:
    assert (await studio.http.get(studio.address())).status_code in (404, 405)


async def test_while_fal_is_off_there_is_no_such_address(tmp_path: Path) -> None:
    parts = Container(Settings(data_dir=tmp_path))
    assert "fal" not in parts.providers
    async with serving(parts.guard(parts.api_app())) as url, httpx.AsyncClient(trust_env=False) as http:
        token = parts.keyring.digest("provider callback", "fal", "a-generation")
        answer = await http.post(f"{url}/webhooks/fal?generation=a-generation&token={token}", content=RAW)
        assert answer.status_code == 404
    await parts.db.close()
