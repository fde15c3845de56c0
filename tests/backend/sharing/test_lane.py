"""What many open at once is answered on a shorter way: nobody can tell, and nothing is decided otherwise."""

from __future__ import annotations

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from kaleipix_app.backend import metrics
from tests.backend.sharing.gallery import PASSCODE, Gallery, path_of, unlock
from tests.backend.sharing.test_matrix import visible


async def asked_twice(browser: httpx.AsyncClient, path: str, encoding: str) -> list[httpx.Response]:
    """The long way, because nothing is in memory, and then the short one."""
    return [await browser.get(path, headers={"accept-encoding": encoding}) for _ in range(2)]


async def nobody_at_home(scope: Scope, _receive: Receive, _send: Send) -> None:
    pytest.fail(f"{scope['path']} went the long way")


def told(answer: httpx.Response) -> tuple[int, bytes, set[tuple[str, str]]]:
    status, content, headers = visible(answer)
    return status, content, set(headers)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("pictures", [1, 20])
async def test_both_ways_answer_alike_and_leave_one_line_and_one_count(
    gallery: Gallery, pictures: int, encoding: str
) -> None:
    link = await gallery.share(gallery.house.result_id, *(await gallery.more(pictures - 1)))
    count = metrics.requests.labels("/s/{token}", "2xx")
    async with gallery.browser() as browser:
        for address in ("", f"/{gallery.house.result_id}/thumb"):
            with capture_logs() as lines:
                first, second = await asked_twice(browser, path_of(link) + address, encoding)
            assert told(first) == told(second)
            assert first.headers["x-request-id"] != second.headers["x-request-id"]
            seen = [{name: value for name, value in line.items() if name not in ("ms", "request_id")} for line in lines]
            assert seen[0] == seen[1]
    await gallery.parts.sharing.views.write()
    async with gallery.parts.db.reading() as uow:
        assert (await gallery.parts.sharing.links.one(uow, gallery.house.ann, link.id)).views == 2
    assert count._value.get() >= 2


async def test_what_is_in_memory_never_reaches_the_house(gallery: Gallery) -> None:
    """The page, and the thumbnails of what was made and of what was brought, whose ids differ in length."""
    link = await gallery.share(gallery.house.result_id, gallery.house.source_id)
    paths = [
        path_of(link),
        *(f"{path_of(link)}/{id}/thumb" for id in (gallery.house.result_id, gallery.house.source_id)),
    ]
    async with gallery.browser() as browser:
        for path in paths:
            assert (await browser.get(path)).status_code == 200
    async with gallery.browser(house=nobody_at_home) as browser:
        for path in paths:
            assert (await browser.get(path)).status_code == 200


async def test_a_page_that_was_opened_a_moment_ago_is_gone_with_its_link(gallery: Gallery) -> None:
    """Also when another process has revoked it: the second one knows of the first only by the database."""
    link = await gallery.share()
    thumb = f"{path_of(link)}/{gallery.house.result_id}/thumb"
    async with gallery.browser() as browser:
        for path in (path_of(link), thumb):
            await asked_twice(browser, path, "identity")
        async with gallery.another_process() as parts, parts.db.unit_of_work() as uow:
            await parts.sharing.links.revoke(uow, gallery.house.ann, link.id)
        for path in (path_of(link), thumb):
            assert (await browser.get(path)).status_code == 404


async def test_the_short_way_asks_for_the_passcode_too(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as friend, gallery.browser() as stranger:
        await unlock(friend, link)
        for _ in range(2):
            assert "Our summer" in (await friend.get(path_of(link))).text
            assert "Our summer" not in (await stranger.get(path_of(link))).text
