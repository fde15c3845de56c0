"""The pages of a workspace: with their owner's name, and the newest picture before there is any script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.house import House

_STUDIO = (
    '<html><head><title>Studio</title><link href="/assets/style.css" rel="stylesheet"/></head>'
    '<body><a href="/w/someone/#content">Skip</a>'
    '<div class="x" id="examples">…</div><div aria-hidden="true" id="first-look"></div></body></html>'
)
_LIBRARY = '<html><head><title>Library</title></head><body><a href="/w/someone/library/#content">Skip</a></body></html>'


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "build" / "client"
    (folder / "w" / "someone").mkdir(parents=True)
    (folder / "w" / "someone.html").write_text(_STUDIO)
    (folder / "w" / "someone" / "library.html").write_text(_LIBRARY)
    (folder / "__spa-fallback.html").write_text("<html>by script</html>")
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    return folder


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        yield client


def mine(house: House, who: str = "ann", **headers: str) -> dict[str, str]:
    return {"cookie": house.cookies[who], "accept-encoding": "identity", **headers}


async def test_the_newest_picture_is_in_the_page_and_asked_for_first(house: House, client: httpx.AsyncClient) -> None:
    answer = await client.get("/w/ann", headers=mine(house))
    address, page = f"/media/{house.result_id}/preview", answer.text
    assert answer.headers["link"] == (
        f"</assets/style.css>; rel=preload; as=style, <{address}>; rel=preload; as=image; fetchpriority=high"
    )
    assert f'<img src="{address}"' in page.partition('id="first-look">')[2]
    assert "first-look has-strip" in page, "it has a source, which the stage will show below it"
    assert 'id="examples" hidden' in page
    assert (await client.get(address, headers=mine(house))).status_code == 200


async def test_its_links_hold_the_name(house: House, client: httpx.AsyncClient) -> None:
    for path in ("/w/ann", "/w/ann/library"):
        page = (await client.get(path, headers=mine(house))).text
        assert f'href="{path}/#content"' in page
        assert "someone" not in page


async def test_whoever_has_no_picture_gets_the_page_as_it_was_built(house: House, client: httpx.AsyncClient) -> None:
    assert (await client.get("/w/bob", headers=mine(house, "bob"))).text == _STUDIO.replace("someone", "bob")


async def test_a_deleted_picture_is_not_in_it(house: House, client: httpx.AsyncClient) -> None:
    async with house.parts.db.unit_of_work() as uow:
        await house.parts.trash.put(uow, house.ann.user_id, [house.result_id])
    assert house.result_id not in (await client.get("/w/ann", headers=mine(house))).text


async def test_it_is_sent_compressed_to_whoever_can_read_that(house: House, client: httpx.AsyncClient) -> None:
    plain = await client.get("/w/ann", headers=mine(house))
    packed = await client.get("/w/ann", headers=mine(house, **{"accept-encoding": "gzip, br"}))
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert packed.text == plain.text


async def test_nobody_else_gets_it(house: House, client: httpx.AsyncClient) -> None:
    for path in ("/w/ann", "/w/ann/library", "/w/ann/shares"):
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=mine(house, "bob"))).status_code == 404


async def test_a_page_that_was_not_prerendered_is_made_by_script(house: House, client: httpx.AsyncClient) -> None:
    assert (await client.get("/w/ann/shares", headers=mine(house))).text == "<html>by script</html>"
