"""Every route of our own, found by itself: nobody and a stranger get nothing of the owner's."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route

from tests.house import House

#: Open to everybody, because they tell nothing about anybody.
OPEN_TO_ALL = {
    "/healthz",
    "/readyz",
    "/metrics",  # to those who are near: see test_metrics.py
    "/robots.txt",
    "/privacy",
    "/terms",
    "/cookies",
    "/assets/reflex-env-{hash}.js",
    "/api/session/code",
    "/api/session/verify",
    "/api/session/register",
    "/api/session/end",
}
#: Only for providers: signed, or at an address with a token in it.
FOR_PROVIDERS = {"/webhooks/fal", "/webhooks/runpod"}
#: For whoever holds the link; tests/backend/sharing/test_matrix.py tries them all.
FOR_VIEWERS = {
    "/s/{token}",
    "/s/{token}/report",
    "/s/{token}/pictures.zip",
    "/s/{token}/{image_id}/{variant}",
}
GIVES_PICTURES = {
    "/media/{image_id}/{variant}",
    "/api/generations/{generation_id}/preview",
    "/api/library.zip",
}
TAKES_PICTURES = {"/api/uploads", "/api/uploads/mask"}
#: For their owner alone: test_workspace_pages.py
PAGES = {"/w/{username}", "/w/{username}/library", "/w/{username}/shares"}
#: A person's own copy: tests/backend/privacy/test_exports.py
GIVES_COPIES = {"/api/exports/{export_id}"}


def routes(house: House) -> list[Route]:
    return [route for route in house.parts.api_app().routes if isinstance(route, Route)]


def addresses(route: Route, house: House) -> Iterator[str]:
    """The route with every id of the owner's and every variant filled in."""
    for owned in house.owned:
        for variant in ("original", "thumb", "preview"):
            path = route.path.replace("{image_id}", owned).replace("{generation_id}", owned)
            yield path.replace("{variant}", variant).replace("{hash}", "x")


async def test_every_route_is_sorted_into_open_or_guarded(house: House) -> None:
    sorted_in = OPEN_TO_ALL | FOR_PROVIDERS | FOR_VIEWERS | GIVES_PICTURES | TAKES_PICTURES | GIVES_COPIES | PAGES
    assert {route.path for route in routes(house)} == sorted_in


@pytest.mark.parametrize("who", ["nobody", "bob"])
async def test_a_stranger_gets_the_same_404_for_what_exists_and_what_does_not(who: str, house: House) -> None:
    house.parts.previews.put(house.queued_id, house.ann.user_id, b"half a picture")
    cookie = house.cookies.get(who, "")
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        for route in routes(house):
            if route.path not in GIVES_PICTURES:
                continue
            missing = await client.get(
                next(addresses(route, house)).replace(house.source_id, "0" * 26), headers={"cookie": cookie}
            )
            for address in addresses(route, house):
                answer = await client.get(address, headers={"cookie": cookie, "if-none-match": "*"})
                assert answer.status_code == 404, address
                assert answer.content == missing.content
                assert {k: v for k, v in answer.headers.items() if k != "content-length"} == {
                    k: v for k, v in missing.headers.items() if k != "content-length"
                }


async def test_the_owner_gets_them(house: House) -> None:
    """The test above would also pass if nothing was ever served."""
    house.parts.previews.put(house.queued_id, house.ann.user_id, b"half a picture")
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        mine = {"cookie": house.cookies["ann"]}
        for variant in ("original", "thumb", "preview"):
            assert (await client.get(f"/media/{house.result_id}/{variant}", headers=mine)).status_code == 200
        assert (
            await client.get(f"/api/generations/{house.queued_id}/preview", headers=mine)
        ).content == b"half a picture"


async def test_nobody_can_upload(house: House) -> None:
    transport = httpx.ASGITransport(house.parts.api_app())
    async with httpx.AsyncClient(transport=transport, base_url=house.parts.settings.url) as client:
        for path in TAKES_PICTURES:
            assert (await client.put(path, content=b"x" * 1000)).status_code == 401, path
