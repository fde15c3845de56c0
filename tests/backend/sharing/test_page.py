"""The page as chats, screen readers and browsers without scripts get it; reports; limits."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import zipfile
from datetime import timedelta
from html import unescape

import httpx
import pytest
from PIL import Image as Pillow
from sqlmodel import select
from starlette.types import Message
from structlog.testing import capture_logs

from kaleipix_app.backend.media.provenance import SourceType, read_mark
from kaleipix_app.backend.sharing import contents
from kaleipix_app.backend.sharing.models import ShareReport
from tests.backend.sharing.gallery import PASSCODE, Gallery, path_of, unlock


def tags(page: str) -> dict[str, str]:
    """Every meta tag, by its name or property."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


async def test_the_first_response_is_everything(gallery: Gallery) -> None:
    link = await gallery.share(title="Ann & <b>Bob</b>")
    async with gallery.browser() as browser:
        answer = await browser.get(path_of(link))
        found = tags(answer.text)
        picture = await browser.get(httpx.URL(found["og:image"]).raw_path.decode())
    assert found["og:title"] == "Ann & <b>Bob</b>"
    assert found["og:description"] == "Made by an algorithm, not AI"
    assert found["og:url"] == link.address
    assert found["og:image"] == f"{link.address}/{gallery.house.result_id}/preview"
    assert found["twitter:card"] == "summary_large_image"
    assert found["robots"] == answer.headers["x-robots-tag"] == "noindex"
    shown = Pillow.open(io.BytesIO(picture.content))
    assert shown.size == (int(found["og:image:width"]), int(found["og:image:height"]))
    assert picture.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    assert "<b>" not in answer.text
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href|action)="(?!/)', answer.text)


async def test_owner_prompt_and_source_are_only_told_when_they_are_chosen(gallery: Gallery) -> None:
    plain, full = await gallery.share(), await gallery.share(prompt=True, source=True)
    house = gallery.house
    async with gallery.browser() as browser:
        page = (await browser.get(path_of(plain))).text
        for secret in (house.SECRET, house.source_id, house.ann.username, house.ann.user_id, "Before"):
            assert secret not in page
        page = (await browser.get(path_of(full))).text
        assert house.SECRET in page
        assert house.ann.username not in re.sub(house.SECRET, "", page)
        source = f"{path_of(full)}/{house.source_id}/preview"
        assert f'src="{source}"' in page
        assert (await browser.get(source)).status_code == 200
        async with gallery.parts.db.unit_of_work() as uow:
            await gallery.parts.sharing.links.edit(uow, house.ann, full.id, await gallery.terms())
        assert (await browser.get(source)).status_code == 404


async def test_an_album_comes_as_one_archive_with_every_mark_in_it(gallery: Gallery) -> None:
    link = await gallery.share(gallery.house.source_id, gallery.house.result_id, title="")
    async with gallery.browser() as browser:
        page = (await browser.get(path_of(link))).text
        assert "<h1>2 pictures</h1>" in page
        assert page.count("Made by an algorithm, not AI</span>") == 1
        archive = await browser.get(f"{path_of(link)}/pictures.zip")
    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert files.testzip() is None
        assert files.namelist() == ["kaleipix-001.png", "kaleipix-002.png"]
        marks = [read_mark(files.read(name)) for name in files.namelist()]
    assert marks == [None, SourceType.ALGORITHMIC]


async def test_a_picture_is_asked_for_anew_and_not_sent_twice(gallery: Gallery) -> None:
    link = await gallery.share()
    path = f"{path_of(link)}/{gallery.house.result_id}/preview"
    async with gallery.browser() as browser:
        first = await browser.get(path)
        assert first.headers["cache-control"] == "private, no-cache"
        again = await browser.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_looking_is_counted_and_looking_at_the_lock_is_not(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as browser:
        await browser.get(path_of(link))
        await unlock(browser, link)
        await browser.get(path_of(link))
        await browser.head(path_of(link))
        await browser.get(path_of(link))
    await gallery.parts.sharing.views.write()
    async with gallery.parts.db.reading() as uow:
        assert (await gallery.parts.sharing.links.one(uow, gallery.house.ann, link.id)).views == 2


async def test_guessing_a_passcode_is_slowed_for_one_network_and_not_for_the_next(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as guesser, gallery.browser("198.51.100.9") as friend:
        for _ in range(5):
            assert (await unlock(guesser, link, "guess")).status_code == 403
        for passcode in ("guess", PASSCODE):
            refused = await unlock(guesser, link, passcode)
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) <= 300
            assert "set-cookie" not in refused.headers
        for _ in range(7):  # who knows it is never slowed
            assert (await unlock(friend, link)).status_code == 303


async def test_opening_pages_has_an_end(gallery: Gallery) -> None:
    link = await gallery.share()
    async with gallery.browser() as browser:
        for _ in range(120):
            assert (await browser.get(path_of(link))).status_code == 200
        refused = await browser.get(path_of(link))
        assert refused.status_code == 429
        assert "Shared pages were opened too often" in refused.text
        assert (await browser.get("/s/unknown")).status_code == 429


async def test_a_report_opens_a_ticket_for_two_days_and_hides_nothing(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as browser:
        with capture_logs() as lines:
            form = {"reason": "person", "note": "That is me.\nPlease\0 remove it."}
            answer = await browser.post(f"{path_of(link)}/report", data=form)
        assert "within 48 hours" in answer.text
        await unlock(browser, link)
        assert "Our summer" in (await browser.get(path_of(link))).text
    async with gallery.parts.db.reading() as uow:
        (report,) = (await uow.session.exec(select(ShareReport))).all()
    assert (report.share_id, report.reason) == (link.id, "person")
    assert report.note == "That is me.\nPlease remove it."
    assert report.due_at == gallery.clock.now() + timedelta(hours=48)
    (told,) = [line for line in lines if line["event"] == "share_reported"]
    assert "That is me" not in str(told)


@pytest.mark.parametrize("form", [{}, {"reason": "boredom"}])
async def test_a_report_needs_a_reason(gallery: Gallery, form: dict[str, str]) -> None:
    link = await gallery.share()
    async with gallery.browser() as browser:
        answer = await browser.post(f"{path_of(link)}/report", data=form)
    assert (answer.status_code, "Choose what is wrong" in answer.text) == (422, True)


async def test_reports_have_an_end(gallery: Gallery) -> None:
    link = await gallery.share()
    async with gallery.browser() as browser:
        codes = [
            (await browser.post(f"{path_of(link)}/report", data={"reason": "other"})).status_code for _ in range(6)
        ]
    assert codes == [200] * 5 + [429]


async def test_forms_of_other_sites_change_nothing(gallery: Gallery) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    async with gallery.browser() as browser:
        for path in (path_of(link), f"{path_of(link)}/report"):
            evil = {"origin": "https://evil.example"}
            answer = await browser.post(path, data={"passcode": PASSCODE, "reason": "other"}, headers=evil)
            assert answer.status_code == 403


@pytest.mark.parametrize("way", ["", "/report"])
async def test_a_form_that_no_browser_would_send_is_refused_like_an_empty_one(gallery: Gallery, way: str) -> None:
    link = await gallery.share(protected=True, passcode=PASSCODE)
    many = "&".join(f"field{number}=1" for number in range(50))
    async with gallery.browser() as browser:
        empty = await browser.post(path_of(link) + way, data={})
        for body in (many, f"passcode={'x' * 5000}"):
            answer = await browser.post(path_of(link) + way, content=body)
            assert (answer.status_code, answer.text) == (empty.status_code, empty.text)


async def test_other_formats_are_made_for_one_network_only_so_often(gallery: Gallery) -> None:
    """Each is work on pixels, which uploads and new pictures wait for."""
    link = await gallery.share()
    original = f"{path_of(link)}/{gallery.house.result_id}/original?download=1"
    async with gallery.browser() as browser:
        for _ in range(60):
            assert (await browser.get(f"{original}&format=webp")).status_code == 200
        refused = await browser.get(f"{original}&format=webp")
        assert refused.status_code == 429
        assert "in another format" in refused.text
        assert (await browser.get(original)).status_code == 200, "as it is kept it costs nothing"
        assert (await browser.get(f"{original}&format=png")).status_code == 200, "it is kept as that"


async def test_a_link_that_ends_while_its_archive_is_sent_sends_no_further_picture(gallery: Gallery) -> None:
    link = await gallery.share(gallery.house.result_id, *(await gallery.more(3)))
    sent: list[bytes] = []

    async def take(message: Message) -> None:
        if message.get("body") and not any(sent):
            await gallery.revoke(link)
        sent.append(message.get("body", b""))

    async def stay() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    path = f"{path_of(link)}/pictures.zip"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await gallery.parts.api_app()(scope, stay, take)
    with zipfile.ZipFile(io.BytesIO(b"".join(sent))) as files:
        assert files.namelist() == ["kaleipix-001.png", "LEFT-OUT.txt"]
        assert b"kaleipix-004.png" in files.read("LEFT-OUT.txt")


async def test_a_disk_that_fails_is_told_as_a_page(gallery: Gallery) -> None:
    link = await gallery.share()
    async with gallery.parts.db.reading() as uow:
        picture = await gallery.parts.images.get(uow, gallery.house.ann.user_id, gallery.house.result_id)
    folder = gallery.parts.settings.media_dir / picture.storage_key
    shutil.rmtree(folder)
    folder.touch()
    async with gallery.browser() as browser:
        answer = await browser.get(f"{path_of(link)}/{gallery.house.result_id}/thumb")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Please try again in a minute" in answer.text


async def test_pages_in_memory_are_bounded_by_their_pictures_too(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_MOST_PICTURES", 7)
    links = [await gallery.share(*(await gallery.more(3))) for _ in range(4)]
    kept = gallery.parts.sharing.access._contents._read
    async with gallery.browser() as browser:
        for link in [*links, links[0]]:
            assert (await browser.get(path_of(link))).status_code == 200
            assert sum(len(shown.pictures) for _, shown in kept.values()) <= 7
        for number in range(20):  # whoever holds a link may ask for anything
            assert (await browser.get(f"{path_of(links[0])}/{number:026}/thumb")).status_code == 404
    assert [bool(shown.pictures) for _, shown in kept.values()] == [True, True], "nothing is kept of what is not there"
