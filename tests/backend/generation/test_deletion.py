"""Deleting: into the trash and back, for ever, and with or without the prompt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow
from sqlalchemy import text
from sqlmodel import func, select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.generation.deletion import Deleted, Deletions
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.models import Generation, GenerationLog
from kaleipix_app.backend.media import images as images_module
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.pictures import Picture
from tests.backend.generation.conftest import Pipeline
from tests.conftest import MovableClock, only_sqlite

PROMPT = "a canary that sings Xq7vRt in the dark"


@pytest.fixture
async def working(pipeline: Pipeline) -> AsyncIterator[Pipeline]:
    async with pipeline.working():
        yield pipeline
    pipeline.parts.ingest.close()


@pytest.fixture
def deletions(working: Pipeline) -> Deletions:
    return working.parts.deletions


async def made(pipeline: Pipeline, count: int = 1, **changes: object) -> Record:
    id = await pipeline.request(None, count=count, prompt=PROMPT, **changes)
    record = await pipeline.until(id)
    for picture in record.results:  # their previews follow: wait for them
        await pipeline.parts.images.small_copy(picture.storage_key, "preview")
    return record


async def delete(pipeline: Pipeline, image_id: str, viewer: Viewer | None = None) -> Picture:
    async with pipeline.parts.db.unit_of_work() as uow:
        return await pipeline.parts.deletions.delete(uow, viewer or pipeline.ann, image_id)


async def restore(pipeline: Pipeline, *image_ids: str, viewer: Viewer | None = None) -> list[Picture]:
    async with pipeline.parts.db.unit_of_work() as uow:
        return await pipeline.parts.deletions.restore(uow, viewer or pipeline.ann, image_ids)


async def trash(pipeline: Pipeline, viewer: Viewer | None = None) -> list[Deleted]:
    async with pipeline.parts.db.reading() as uow:
        return await pipeline.parts.deletions.trash(uow, viewer or pipeline.ann)


async def history(pipeline: Pipeline) -> list[Record]:
    async with pipeline.parts.db.reading() as uow:
        return await pipeline.parts.history.made(uow, pipeline.ann.user_id)


async def source(pipeline: Pipeline) -> Picture:
    buffer = BytesIO()
    Pillow.effect_noise((64, 48), 90).save(buffer, "PNG")
    return await pipeline.parts.images.keep_source(pipeline.parts.db, pipeline.ann.user_id, buffer.getvalue())


def files(pipeline: Pipeline) -> list[str]:
    folder = pipeline.settings.media_dir
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


async def test_what_is_deleted_lies_in_the_trash_and_comes_back_to_its_place(working: Pipeline) -> None:
    record = await made(working, 3)
    gone = record.results[1]
    await delete(working, gone.id)
    assert [one.position for one in (await working.record(record.id)).results] == [0, 2]
    (only,) = await trash(working)
    assert (only.picture.id, only.prompt, only.is_last) == (gone.id, PROMPT, False)
    assert only.goes_at == working.clock.now() + timedelta(days=30)
    assert [one.id for one in await restore(working, gone.id)] == [gone.id]
    assert (await working.record(record.id)).results == record.results
    assert await trash(working) == []


async def test_a_whole_generation_goes_at_once_and_its_prompt_stays_in_the_history(
    working: Pipeline, deletions: Deletions
) -> None:
    record = await made(working, 2)
    async with working.parts.db.unit_of_work() as uow:
        gone = await deletions.delete_results(uow, working.ann, record.id)
    assert [one.id for one in gone] == [one.id for one in record.results]
    assert [(one.prompt, one.results) for one in await history(working)] == [(PROMPT, ())]
    assert [one.is_last for one in await trash(working)] == [True, True]
    with pytest.raises(NotFound):
        async with working.parts.db.unit_of_work() as uow:
            await deletions.delete_results(uow, working.ann, record.id)
    await restore(working, *[one.id for one in gone])
    assert (await working.record(record.id)).results == record.results


async def test_a_stranger_can_neither_delete_nor_take_back_nor_see_nor_erase(
    working: Pipeline, deletions: Deletions
) -> None:
    record = await made(working)
    id = record.results[0].id
    with pytest.raises(NotFound):
        await delete(working, id, working.bob)
    with pytest.raises(NotFound):
        async with working.parts.db.unit_of_work() as uow:
            await deletions.delete_results(uow, working.bob, record.id)
    await delete(working, id)
    assert await trash(working, working.bob) == []
    with pytest.raises(NotFound):
        await restore(working, id, viewer=working.bob)
    for with_prompt in (True, False):
        with pytest.raises(NotFound):
            await deletions.erase(working.bob, [id], with_prompt=with_prompt)
    with pytest.raises(NotFound):
        await deletions.erase_prompt(working.bob, record.id)
    async with working.parts.db.reading() as uow:
        for variant in ("thumb", "preview", "original"):
            with pytest.raises(NotFound):
                await working.parts.images.shown(uow, working.bob.user_id, id, variant)
    assert [one.prompt for one in await trash(working)] == [PROMPT]


async def test_a_source_can_go_once_nothing_is_being_made_from_it(working: Pipeline) -> None:
    picture = await source(working)
    working.provider.go.clear()
    id = await working.request(source_id=picture.id)
    with pytest.raises(Conflict, match="being made from this one"):
        await delete(working, picture.id)
    working.provider.go.set()
    record = await working.until(id)
    assert record.source_id == picture.id
    await delete(working, picture.id)
    assert (await working.record(id)).source_id is None, "a record names no source that cannot be seen"
    assert len((await working.record(id)).results) == 1, "what was made from it stays"
    with pytest.raises(NotFound):
        await working.request(source_id=picture.id)
    await restore(working, picture.id)
    assert (await working.record(id)).source_id == picture.id


async def test_the_trash_counts_as_used_room_until_it_is_emptied(
    working: Pipeline, deletions: Deletions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_module, "MOST_SOURCES", 1)
    picture = await source(working)
    await delete(working, picture.id)
    with pytest.raises(Conflict, match=r"1 pictures is the most, the trash included\. Move some .* then empty it"):
        await source(working)
    await deletions.erase(working.ann, None, with_prompt=False)
    await source(working)


async def test_after_thirty_days_nothing_can_be_taken_back_and_the_cleanup_removes_it(
    working: Pipeline, clock: MovableClock
) -> None:
    record = await made(working, 2)
    first, second = record.results
    await delete(working, first.id)
    clock.move(days=29)
    await delete(working, second.id)
    assert await working.parts.trash.purge(clock.now(), 100) == 0
    clock.move(days=1)
    assert [one.picture.id for one in await trash(working)] == [second.id]
    with pytest.raises(NotFound, match="no longer in the trash"):
        await restore(working, first.id)
    assert await working.parts.trash.purge(clock.now(), 100) == 1
    assert {name.split("/")[2] for name in files(working) if name.count("/") == 2} == {"1"}
    assert [one.prompt for one in await history(working)] == [PROMPT], "nobody asked for the prompt to go"
    clock.move(days=40)
    assert await working.parts.trash.purge(clock.now(), 100) == 1
    assert not [name for name in files(working) if record.id in name]


async def test_the_cleanup_takes_no_more_than_it_is_told(working: Pipeline, clock: MovableClock) -> None:
    record = await made(working, 3)
    for one in record.results:
        await delete(working, one.id)
    as_of = clock.now() + timedelta(days=30)
    assert [await working.parts.trash.purge(as_of, 2) for _ in range(3)] == [2, 1, 0]


async def test_the_prompt_goes_only_with_the_last_picture_and_only_if_asked(
    working: Pipeline, deletions: Deletions
) -> None:
    record = await made(working, 2)
    first, second = record.results
    await delete(working, first.id)
    assert await deletions.erase(working.ann, [first.id], with_prompt=True) == 1
    assert (await working.record(record.id)).prompt == PROMPT, "it still describes the other picture"
    with pytest.raises(Conflict, match="Delete them first"):
        await deletions.erase_prompt(working.ann, record.id)
    await delete(working, second.id)
    assert await deletions.erase(working.ann, [second.id], with_prompt=False) == 1
    assert [(one.prompt, one.results) for one in await history(working)] == [(PROMPT, ())]
    await deletions.erase_prompt(working.ann, record.id)
    assert await history(working) == []
    with pytest.raises(NotFound):
        await deletions.erase_prompt(working.ann, record.id)


async def test_emptying_takes_everything_of_this_person_and_nothing_of_others(
    working: Pipeline, deletions: Deletions
) -> None:
    kept, gone = await made(working), await made(working, 2)
    for one in gone.results:
        await delete(working, one.id)
    assert await deletions.erase(working.ann, None, with_prompt=True) == 2
    assert [one.id for one in await history(working)] == [kept.id]
    assert (await working.record(kept.id)).prompt == PROMPT
    with pytest.raises(NotFound):
        await deletions.erase(working.ann, None, with_prompt=True)


async def test_a_picture_that_comes_back_without_its_prompt_can_still_be_used(
    working: Pipeline, deletions: Deletions
) -> None:
    record = await made(working, 2)
    first, second = record.results
    for one in record.results:
        await delete(working, one.id)
    await deletions.erase(working.ann, [first.id], with_prompt=True)
    assert [one.prompt for one in await trash(working)] == [""]
    await restore(working, second.id)
    assert [(one.prompt, len(one.results)) for one in await history(working)] == [("", 1)]


async def test_the_prompt_of_what_is_not_finished_cannot_be_erased(working: Pipeline, deletions: Deletions) -> None:
    working.provider.go.clear()
    id = await working.request(prompt=PROMPT)
    with pytest.raises(NotFound):
        await deletions.erase_prompt(working.ann, id)
    working.provider.go.set()
    assert (await working.until(id)).prompt == PROMPT


def holding(folder: Path, canary: bytes) -> list[str]:
    """Files of the whole data directory whose bytes or name hold this."""
    found = []
    for path in folder.rglob("*"):
        if canary in str(path.relative_to(folder)).encode() or (path.is_file() and canary in path.read_bytes()):
            found.append(path.name)
    return found


async def log_entries(db: Database, *, then_delete: bool = False) -> int:
    async with db.unit_of_work() as uow:
        count = (await uow.session.exec(select(func.count()).select_from(GenerationLog))).one()
        if then_delete:  # as on the day it turns twelve months
            await (await uow.session.connection()).execute(text("DELETE FROM generation_log"))
    return count


@only_sqlite
async def test_what_is_deleted_for_ever_is_found_nowhere(working: Pipeline, deletions: Deletions) -> None:
    """Looked for in every byte and every name of the data directory, while the studio runs."""
    folder, db = working.settings.data_dir, working.parts.db
    await made(working)  # neighbours on the same pages of the database
    picture = await source(working)
    record = await made(working, 2, source_id=picture.id)
    await made(working)
    result = record.results[1]  # not 0: an id is its generation's with the position behind it, and ids start with 0
    canaries = {
        "id": result.id.encode(),
        "key": result.storage_key.encode(),
        "source": picture.id.encode() + b"/",
        "source pixels": (await working.parts.images.original_bytes(picture))[200:264],
    }
    assert all(holding(folder, canary) for canary in canaries.values())
    for one in (*record.results, picture):
        await delete(working, one.id)
    assert await deletions.erase(working.ann, None, with_prompt=True) == 3
    assert {name: holding(folder, canary) for name, canary in canaries.items()} == {name: [] for name in canaries}
    async with db.reading() as uow:
        row = await uow.session.get(Generation, record.id)
    assert row is not None
    assert row.prompt == ""


@only_sqlite
async def test_an_erased_prompt_is_left_in_the_generation_log_alone(working: Pipeline, deletions: Deletions) -> None:
    folder, db = working.settings.data_dir, working.parts.db
    records = [await made(working) for _ in range(4)]
    for record in records:
        await delete(working, record.results[0].id)
    await deletions.erase(working.ann, None, with_prompt=True)
    assert holding(folder, PROMPT.encode()), "the log keeps it for twelve months"
    assert await log_entries(db, then_delete=True) == 4
    assert await db.forget()
    assert holding(folder, PROMPT.encode()) == []


@only_sqlite
async def test_a_reader_in_the_way_of_forgetting_is_said_loudly(
    working: Pipeline, deletions: Deletions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kaleipix_app.backend.db.engine._FORGET_WAIT", 10)
    record = await made(working, 2)
    for one in record.results:
        await delete(working, one.id)
    db = working.parts.db
    async with db.reading() as reader:
        await reader.session.exec(select(Image))
        await deletions.erase(working.ann, None, with_prompt=True)
        assert await history(working) == [], "it is deleted all the same"
    assert "deleted_text_may_remain" in capsys.readouterr().out
    await working.parts.trash.purge(working.clock.now(), 100)
    assert holding(working.settings.data_dir, record.results[1].id.encode()) == []


@pytest.mark.parametrize("stops", ["before the bytes", "after the bytes"])
async def test_an_erasure_that_was_cut_off_is_finished_by_the_cleanup(
    working: Pipeline, deletions: Deletions, monkeypatch: pytest.MonkeyPatch, stops: str
) -> None:
    record = await made(working)
    id = record.results[0].id
    await delete(working, id)
    remove = working.parts.storage.delete

    async def cut_off(keys: list[str]) -> None:
        if stops == "after the bytes":
            await remove(keys)
        raise KeyboardInterrupt

    monkeypatch.setattr(working.parts.storage, "delete", cut_off)
    with pytest.raises(KeyboardInterrupt):
        await deletions.erase(working.ann, [id], with_prompt=False)
    monkeypatch.undo()
    assert await trash(working) == [], "what was deleted for ever cannot be taken back"
    with pytest.raises(NotFound):
        await restore(working, id)
    assert await working.parts.trash.purge(working.clock.now(), 100) == 1
    assert not [name for name in files(working) if record.id in name]


async def test_a_disk_that_does_not_let_go_is_tried_again(
    working: Pipeline, deletions: Deletions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = await made(working)
    await delete(working, record.results[0].id)

    async def read_only(_keys: list[str]) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(working.parts.storage, "delete", read_only)
    assert await deletions.erase(working.ann, None, with_prompt=True) == 0
    assert "not_erased" in capsys.readouterr().out
    assert (await trash(working), await history(working)) == ([], [])
    monkeypatch.undo()
    assert await working.parts.trash.purge(working.clock.now(), 100) == 1


async def test_every_open_tab_hears_of_it(working: Pipeline, deletions: Deletions) -> None:
    rung: list[str] = []
    record = await made(working)
    working.parts.feed.subscribe(rung.append)
    await delete(working, record.results[0].id)
    await restore(working, record.results[0].id)
    await delete(working, record.results[0].id)
    await deletions.erase(working.ann, None, with_prompt=False)
    await deletions.erase_prompt(working.ann, record.id)
    assert rung == [working.ann.user_id] * 5
