"""`/media/<image id>/<variant>`: who sees a picture, and what their browser may keep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import update

from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.provenance import SourceType, read_mark
from tests.backend.api.pictures_app import PicturesApp, pictures_app
from tests.backend.media.samples import file, opened, photo, quarters
from tests.conftest import MovableClock
from tests.factories import a_generation

VARIANTS = ("original", "thumb", "preview")
ADDRESSES = [*VARIANTS, "original?download=1", "original?download=1&format=webp"]


@pytest.fixture
async def house(db: Database, clock: MovableClock, tmp_path: Path) -> AsyncIterator[PicturesApp]:
    async with pictures_app(db, clock, tmp_path) as made:
        yield made


@pytest.fixture
async def result(house: PicturesApp) -> Picture:
    """A result of the owner's."""
    stored = await house.images.store_result("gen-a", 0, file(quarters(1600, 900), "PNG"))
    async with house.db.unit_of_work() as uow:
        uow.session.add(
            a_generation("owner", house.clock.now(), id="gen-a", aspect_ratio="16:9", width=1600, height=900)
        )
        await uow.session.flush()
        return await house.images.add_result(uow, "owner", "gen-a", 0, 1, stored)


@pytest.mark.parametrize(
    ("variant", "content_type", "size"),
    [
        ("original", "image/png", (1600, 900)),
        ("preview", "image/webp", (1280, 720)),
        ("thumb", "image/webp", (320, 180)),
    ],
)
async def test_an_owner_sees_every_variant(
    house: PicturesApp, result: Picture, variant: str, content_type: str, size: tuple[int, int]
) -> None:
    async with house.browser("owner") as browser:
        shown = await browser.get(f"/media/{result.id}/{variant}")
        asked = await browser.head(f"/media/{result.id}/{variant}")
    assert shown.status_code == 200
    assert opened(shown.content).size == size
    assert read_mark(shown.content) is SourceType.ALGORITHMIC
    headers = shown.headers
    assert headers["content-type"] == content_type
    assert headers["content-length"] == str(len(shown.content))
    assert headers["cache-control"] == "private, max-age=31536000, immutable"
    assert headers["vary"] == "Cookie"
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in headers
    assert (asked.status_code, asked.content, asked.headers) == (200, b"", headers)


async def test_everybody_and_everything_else_gets_one_and_the_same_answer(house: PicturesApp, result: Picture) -> None:
    answers = []
    async with house.browser("stranger") as stranger, house.browser(None) as nobody, house.browser("owner") as owner:
        for address in ADDRESSES:
            answers += [await who.get(f"/media/{result.id}/{address}") for who in (stranger, nobody)]
            answers.append(await owner.get(f"/media/unknown/{address}"))
        answers += [
            await owner.get(f"/media/{result.id}/{wrong}")
            for wrong in ("Original", "storage_key", "thumb.webp", "original?format=gif")
        ]
        async with house.db.unit_of_work() as uow:
            await uow.session.exec(update(Image).values(deleted_at=house.clock.now()))
        answers += [await owner.get(f"/media/{result.id}/{address}") for address in ADDRESSES if address != "thumb"]
        answers += [await who.get(f"/media/{result.id}/thumb") for who in (stranger, nobody)]
        house.clock.move(days=30)
        answers += [await owner.get(f"/media/{result.id}/{address}") for address in ADDRESSES]
    assert {(one.status_code, one.content, str(one.headers)) for one in answers} == {
        (404, b"Not found", str(answers[0].headers))
    }
    assert answers[0].headers["cache-control"] == "no-store"


async def test_the_owner_sees_the_thumbnail_of_what_is_in_the_trash_and_keeps_no_copy(
    house: PicturesApp, result: Picture
) -> None:
    async with house.browser("owner") as owner, house.browser("stranger") as stranger:
        etag = (await owner.get(f"/media/{result.id}/thumb")).headers["etag"]
        async with house.db.unit_of_work() as uow:
            await uow.session.exec(update(Image).values(deleted_at=house.clock.now()))
        seen = await owner.get(f"/media/{result.id}/thumb")
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
        assert max(opened(seen.content).size) == 320
        assert (await stranger.get(f"/media/{result.id}/thumb", headers={"if-none-match": etag})).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_browser_that_has_it_gets_nothing_again_but_only_while_it_may_see_it(
    house: PicturesApp, result: Picture, address: str
) -> None:
    path = f"/media/{result.id}/{address}"
    async with house.browser("owner") as owner, house.browser("stranger") as stranger, house.browser(None) as nobody:
        etag = (await owner.get(path)).headers["etag"]
        for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = await owner.get(path, headers={"if-none-match": given})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert (await owner.get(path, headers={"if-none-match": '"other"'})).status_code == 200
        for who in (stranger, nobody):
            assert (await who.get(path, headers={"if-none-match": etag})).status_code == 404
        async with house.db.unit_of_work() as uow:
            await house.sessions.end(uow, house.secrets["owner"])
        assert (await owner.get(path, headers={"if-none-match": etag})).status_code == 404


async def test_every_address_has_a_tag_of_its_own(house: PicturesApp, result: Picture) -> None:
    async with house.browser("owner") as owner:
        tags = {(await owner.head(f"/media/{result.id}/{address}")).headers["etag"] for address in ADDRESSES}
    assert len(tags) == len(ADDRESSES)


@pytest.mark.parametrize(
    ("query", "format", "ending"),
    [
        ("", "PNG", "png"),
        ("&format=png", "PNG", "png"),
        ("&format=jpeg", "JPEG", "jpg"),
        ("&format=webp", "WEBP", "webp"),
    ],
)
async def test_a_download_comes_in_the_chosen_format_and_says_how_it_was_made(
    house: PicturesApp, result: Picture, query: str, format: str, ending: str
) -> None:
    async with house.browser("owner") as owner:
        saved = await owner.get(f"/media/{result.id}/original?download=1{query}")
    assert saved.status_code == 200
    assert saved.headers["content-disposition"] == f'attachment; filename="kaleipix-{result.id}.{ending}"'
    assert saved.headers["content-type"] == f"image/{format.lower()}"
    assert saved.headers["content-length"] == str(len(saved.content))
    picture = opened(saved.content)
    assert (picture.format, picture.size) == (format, (1600, 900))
    assert read_mark(saved.content) is SourceType.ALGORITHMIC


async def test_a_picture_of_ones_own_carries_no_mark(house: PicturesApp) -> None:
    source = await house.images.keep_source(house.db, "owner", file(photo(), "PNG"))
    async with house.browser("owner") as owner:
        for address in ADDRESSES:
            assert read_mark((await owner.get(f"/media/{source.id}/{address}")).content) is None


async def test_a_file_that_was_lost_from_disk_is_a_plain_404(house: PicturesApp, result: Picture) -> None:
    await house.storage.delete([result.key("original"), result.key("thumb")])
    async with house.browser("owner") as owner:
        for address in ("original", "thumb", "original?download=1&format=webp"):
            answer = await owner.get(f"/media/{result.id}/{address}")
            assert (answer.status_code, answer.content) == (404, b"Not found")
