"""Kept pictures: whose they are, and that nothing is kept by half."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlmodel import func, select, update

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound, StorageFailed
from kaleipix_app.backend.media import images as images_module
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.provenance import SourceType, read_mark
from kaleipix_app.backend.media.storage import Storage
from tests.backend.media.samples import CANARY, file, opened, phone_photo, photo
from tests.conftest import MovableClock
from tests.factories import a_generation

OWNER, STRANGER = "owner", "stranger"


@pytest.fixture(autouse=True)
async def cast(db: Database, clock: MovableClock) -> None:
    now = clock.now()
    async with db.unit_of_work() as uow:
        for name in (OWNER, STRANGER):
            uow.session.add(
                User(
                    id=name,
                    email=f"{name}@example.org",
                    email_typed=f"{name}@example.org",
                    username=name,
                    username_skeleton=name,
                    adult_confirmed_at=now,
                    created_at=now,
                )
            )
        await uow.session.flush()
        for id in ("gen-a", "gen-b"):
            uow.session.add(a_generation(OWNER, now, id=id, count=2, price=2))


async def rows(db: Database) -> int:
    async with db.reading() as uow:
        return (await uow.session.exec(select(func.count()).select_from(Image))).one()


def stored(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class FullStorage(Storage):
    """Takes two objects, then says what a full disk says."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.taken = 0

    async def put(self, key: str, data: bytes) -> None:
        self.taken += 1
        if self.taken > 2:
            raise StorageFailed
        await super().put(key, data)


async def test_a_source_is_kept_for_its_owner_and_nobody_else(images: Images, db: Database, media_dir: Path) -> None:
    picture = await images.keep_source(db, OWNER, phone_photo())
    assert (picture.kind, picture.width, picture.height, picture.content_type) == ("source", 427, 640, "image/jpeg")
    assert stored(media_dir) == [f"sources/{picture.id}/{name}" for name in ("original", "preview", "thumb")]
    async with db.reading() as uow:
        assert await images.get(uow, OWNER, picture.id) == picture
        assert await images.recent_sources(uow, OWNER, 5) == [picture]
        assert await images.recent_sources(uow, STRANGER, 5) == []
        for owner, id in ((STRANGER, picture.id), (OWNER, "unknown")):
            with pytest.raises(NotFound):
                await images.get(uow, owner, id)
    data = await images.original_bytes(picture)
    assert len(data) == picture.byte_size
    assert CANARY not in data


async def test_a_deleted_picture_is_gone(images: Images, db: Database, clock: MovableClock) -> None:
    picture = await images.keep_source(db, OWNER, file(photo(), "PNG"))
    async with db.unit_of_work() as uow:
        await uow.session.exec(update(Image).values(deleted_at=clock.now()))
    async with db.reading() as uow:
        assert await images.recent_sources(uow, OWNER, 5) == []
        with pytest.raises(NotFound):
            await images.get(uow, OWNER, picture.id)


async def test_the_newest_sources_come_first(images: Images, db: Database) -> None:
    kept = [await images.keep_source(db, OWNER, file(photo(64 + n, 64), "PNG")) for n in range(3)]
    async with db.reading() as uow:
        newest = await images.recent_sources(uow, OWNER, 2)
    assert {one.id for one in newest} <= {one.id for one in kept}
    assert [one.id for one in newest] == sorted((one.id for one in kept), reverse=True)[:2]


async def test_a_path_is_as_good_as_bytes(images: Images, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "named.txt"
    path.write_bytes(file(photo(), "PNG"))
    assert (await images.keep_source(db, OWNER, path)).content_type == "image/png"


async def test_a_refused_file_leaves_nothing(images: Images, db: Database, media_dir: Path) -> None:
    with pytest.raises(BadInput):
        await images.keep_source(db, OWNER, b"a text")
    assert (stored(media_dir), await rows(db)) == ([], 0)


async def test_a_disk_that_fills_up_in_between_leaves_nothing(
    db: Database, ingest: Ingest, clock: MovableClock, media_dir: Path
) -> None:
    images = Images(FullStorage(media_dir), ingest, clock)
    with pytest.raises(StorageFailed):
        await images.keep_source(db, OWNER, file(photo(), "PNG"))
    assert (stored(media_dir), await rows(db)) == ([], 0)


async def test_a_row_that_cannot_be_written_leaves_nothing(images: Images, db: Database, media_dir: Path) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await images.keep_source(db, "nobody", file(photo(), "PNG"))
    assert (stored(media_dir), await rows(db)) == ([], 0)


async def test_discarding_after_a_commit_that_worked_keeps_the_picture(
    images: Images, db: Database, media_dir: Path
) -> None:
    prepared = await images.prepare(file(photo(), "PNG"))
    async with db.unit_of_work() as uow:
        await images.add_source(uow, OWNER, prepared)
    async with db.reading() as uow:
        await images.discard(uow, prepared)
    assert len(stored(media_dir)) == 3


@pytest.mark.parametrize(("limit", "value"), [("MOST_SOURCES", 1), ("MOST_SOURCE_BYTES", 1500)])
async def test_one_account_cannot_fill_the_disk(
    images: Images, db: Database, media_dir: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(images_module, limit, value)
    data = file(photo(32, 32), "JPEG")
    await images.keep_source(db, OWNER, data)
    with pytest.raises(Conflict, match="no room"):
        await images.keep_source(db, OWNER, data)
    assert len(stored(media_dir)) == 3
    await images.keep_source(db, STRANGER, data)


async def test_many_at_once_cannot_fill_the_disk_either(
    images: Images, db: Database, media_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_module, "MOST_SOURCES", 3)
    data = file(photo(32, 32), "JPEG")
    outcomes = await asyncio.gather(*(images.keep_source(db, OWNER, data) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7
    assert (len(stored(media_dir)), await rows(db)) == (9, 3)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "AVIF"])
async def test_every_variant_of_a_result_says_how_it_was_made(
    images: Images, storage: Storage, media_dir: Path, format: str
) -> None:
    result = await images.store_result("gen-a", 0, file(photo(), format), SourceType.TRAINED)
    assert stored(media_dir) == [f"results/gen-a/0/{name}" for name in ("original", "thumb")]
    await images.small_copy(result.storage_key, "preview")
    assert stored(media_dir) == [f"results/gen-a/0/{name}" for name in ("original", "preview", "thumb")]
    for name in ("original", "thumb", "preview"):
        data = await storage.get(f"{result.storage_key}/{name}")
        assert read_mark(data) is SourceType.TRAINED
        assert max(opened(data).size) == (320 if name == "thumb" else 640)


async def test_a_preview_is_made_once_for_all_who_ask(images: Images, storage: Storage, media_dir: Path) -> None:
    key = (await images.store_result("gen-a", 0, file(photo(), "PNG"))).storage_key
    first, *others = await asyncio.gather(*(images.small_copy(key, "preview") for _ in range(5)))
    assert others == [first] * 4
    assert await storage.get("results/gen-a/0/preview") == first


async def test_of_a_picture_that_is_gone_there_is_no_preview(images: Images, storage: Storage) -> None:
    key = (await images.store_result("gen-a", 0, file(photo(), "PNG"))).storage_key
    await storage.delete(["results/gen-a/0/original", "results/gen-a/0/thumb"])
    for variant in ("thumb", "preview"):
        with pytest.raises(NotFound):
            await images.small_copy(key, variant)


async def test_what_is_deleted_while_its_preview_is_made_leaves_nothing_behind(
    storage: Storage, media_dir: Path, clock: MovableClock
) -> None:
    class Interrupted(Ingest):
        async def preview(self, data: bytes, source_type: SourceType | None) -> bytes:
            await storage.delete([f"results/gen-a/0/{name}" for name in ("original", "thumb", "preview")])
            return await super().preview(data, source_type)

    ingest = Interrupted(1)
    images = Images(storage, ingest, clock)
    key = (await images.store_result("gen-a", 0, file(photo(), "PNG"))).storage_key
    with pytest.raises(NotFound):
        await images.small_copy(key, "preview")
    assert stored(media_dir) == []
    ingest.close()


async def test_an_engines_file_keeps_its_pixels_and_loses_its_notes(images: Images, storage: Storage) -> None:
    data = phone_photo("PNG", orientation=1)
    result = await images.store_result("gen-a", 0, data)
    kept = await storage.get(f"{result.storage_key}/original")
    assert CANARY not in kept
    assert opened(kept).tobytes() == opened(data).tobytes()
    assert read_mark(kept) is SourceType.ALGORITHMIC


async def test_what_is_no_picture_is_not_stored_as_a_result(images: Images, media_dir: Path) -> None:
    with pytest.raises(BadInput):
        await images.store_result("gen-a", 0, b"<html>bad gateway</html>")
    assert stored(media_dir) == []


async def test_storing_a_result_again_changes_nothing(images: Images, db: Database, media_dir: Path) -> None:
    first = await images.store_result("gen-a", 1, file(photo(), "PNG"))
    before = {name: (media_dir / name).read_bytes() for name in stored(media_dir)}
    (media_dir / "results/gen-a/1/thumb").unlink()  # as after a crash in between
    again = await images.store_result("gen-a", 1, file(photo(300, 200), "JPEG"))
    assert again == first
    assert {name: (media_dir / name).read_bytes() for name in stored(media_dir)} == before
    pictures = []
    for seed in (7, 8):
        async with db.unit_of_work() as uow:
            pictures.append(await images.add_result(uow, OWNER, "gen-a", 1, seed, again))
    assert pictures[0] == pictures[1]
    assert (pictures[0].seed, pictures[0].position, pictures[0].generation_id) == (7, 1, "gen-a")
    assert await rows(db) == 1


async def test_results_come_by_generation_in_their_order(images: Images, db: Database) -> None:
    made = [await images.store_result("gen-a", n, file(photo(64, 64), "PNG")) for n in range(3)]
    async with db.unit_of_work() as uow:
        for position in (2, 0, 1):
            await images.add_result(uow, OWNER, "gen-a", position, 5 + position, made[position])
    async with db.reading() as uow:
        found = await images.of_generations(uow, OWNER, ["gen-a", "gen-b"])
        assert [one.seed for one in found["gen-a"]] == [5, 6, 7]
        assert found["gen-b"] == []
        assert await images.of_generations(uow, STRANGER, ["gen-a"]) == {"gen-a": []}
        assert await images.recent_sources(uow, OWNER, 5) == []


@pytest.mark.parametrize("format", list(Format))
async def test_in_another_format_a_result_keeps_its_mark_and_a_source_gets_none(
    images: Images, db: Database, format: Format
) -> None:
    source = await images.keep_source(db, OWNER, file(photo(), "PNG"))
    made = await images.store_result("gen-a", 0, file(photo(), "PNG"), SourceType.TRAINED_COMPOSITE)
    async with db.unit_of_work() as uow:
        result = await images.add_result(uow, OWNER, "gen-a", 0, 1, made)
    for picture, expected in ((source, None), (result, SourceType.TRAINED_COMPOSITE)):
        data = await images.converted(picture, format)
        assert opened(data).format == format
        assert read_mark(data) is expected


async def test_a_picture_is_made_smaller_for_whoever_is_paid_by_the_megapixel(images: Images, db: Database) -> None:
    prepared = await images.prepare(file(photo(900, 300), "PNG"))
    async with db.unit_of_work() as uow:
        picture = await images.add_source(uow, OWNER, prepared)
    assert opened(await images.within(picture, 300)).size == (300, 100)
    assert await images.within(picture, 900) == await images.original_bytes(picture)
