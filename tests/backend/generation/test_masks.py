"""Repainting a part of a picture: only what is marked changes, and the mask goes with what was made with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from pydantic import SecretStr
from sqlmodel import col, select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import BadInput, NotFound
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.pictures import Picture
from kaleipix_app.backend.settings import Settings
from tests.backend.generation.conftest import Pipeline
from tests.conftest import PHOTOS, MovableClock
from tests.emulators.fal import Fal
from tests.emulators.server import serving

SIZE = (451, 300)  # of the cat
MARKED = (100, 50, 300, 200)


def a_mask(size: tuple[int, int] = SIZE, white: tuple[int, int, int, int] | None = MARKED) -> bytes:
    picture = Pillow.new("RGB", size)
    if white:
        picture.paste("white", white)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def house(tmp_path: Path, db_url: str, clock: MovableClock) -> AsyncIterator[Pipeline]:
    """Ann and Bob, and fal's models."""
    async with serving(Fal()) as url:
        address = {"fal_queue_url": url, "fal_rest_url": url, "fal_cdn_url": url}
        settings = Settings(data_dir=tmp_path, db_url=SecretStr(db_url), fal_key=SecretStr("id:secret"), **address)  # type: ignore[arg-type]
        made = Pipeline(settings, clock)
        await made.parts.db.close()
        made.parts = Container(settings, clock=clock)  # with the real fal adapter instead of a script
        await made.prepare()
        async with made.parts.db.unit_of_work() as uow:
            await made.parts.transfers.acknowledge(uow, made.ann, "fal")
        yield made
        parts = made.parts
        for provider in parts.providers.values():
            await provider.close()
        await parts.outgoing.close()
        parts.ingest.close()
        await parts.db.close()


async def cat_of(house: Pipeline, owner: Viewer) -> Picture:
    return await house.parts.images.keep_source(house.parts.db, owner.user_id, (PHOTOS / "chelsea.png").read_bytes())


async def repainted(house: Pipeline, cat: Picture, mask: Picture) -> Record:
    draft = Draft("flux-fill-pro", "a green parrot", "", source_id=cat.id, mask_id=mask.id)
    async with house.parts.db.unit_of_work() as uow:
        made = await house.parts.generations.request(uow, house.ann, draft)
    async with house.working():
        return await house.until(made)


async def masks(house: Pipeline) -> list[str]:
    async with house.parts.db.reading() as uow:
        return list(await uow.session.exec(select(Image.id).where(col(Image.kind) == "mask")))


async def test_only_what_is_marked_changes(house: Pipeline) -> None:
    cat = await cat_of(house, house.ann)
    mask = await house.parts.masks.keep(house.ann.user_id, cat.id, a_mask())
    record = await repainted(house, cat, mask)
    assert (record.state, record.error_sentence, record.mask_id) == ("done", "", mask.id)
    pictures = [await house.parts.images.original_bytes(one) for one in (cat, record.results[0])]
    before, after = (np.asarray(Pillow.open(BytesIO(data)).convert("RGB"), dtype=int) for data in pictures)
    changed = np.abs(before - after).max(axis=2) > 8
    left, top, right, bottom = MARKED
    assert changed[top:bottom, left:right].mean() > 0.9
    changed[top:bottom, left:right] = False
    assert not changed.any()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (a_mask((300, 451)), "mask_size"),
        (a_mask(white=None), "mask_empty"),
        (b"", "not_a_picture"),
    ],
)
async def test_a_mask_that_cannot_be_used_is_refused(house: Pipeline, data: bytes, code: str) -> None:
    cat = await cat_of(house, house.ann)
    with pytest.raises(BadInput) as refused:
        await house.parts.masks.keep(house.ann.user_id, cat.id, data)
    assert refused.value.code == code
    assert await masks(house) == []


async def test_masks_and_pictures_of_others_cannot_be_used(house: Pipeline) -> None:
    cat, other = await cat_of(house, house.ann), await cat_of(house, house.bob)
    with pytest.raises(NotFound):
        await house.parts.masks.keep(house.bob.user_id, cat.id, a_mask())
    mask = await house.parts.masks.keep(house.ann.user_id, cat.id, a_mask())
    async with house.parts.db.unit_of_work() as uow:
        await house.parts.transfers.acknowledge(uow, house.bob, "fal")
    draft = Draft("flux-fill-pro", "a parrot", "", source_id=other.id, mask_id=mask.id)
    with pytest.raises(NotFound):
        async with house.parts.db.unit_of_work() as uow:
            await house.parts.generations.request(uow, house.bob, draft)


@pytest.mark.parametrize(
    ("source", "mask", "code"),
    [("cat", None, "mask_missing"), ("mask", "mask", "source"), ("cat", "cat", "mask")],
)
async def test_what_is_no_mask_and_what_is_no_picture(
    house: Pipeline, source: str, mask: str | None, code: str
) -> None:
    cat = await cat_of(house, house.ann)
    painted = await house.parts.masks.keep(house.ann.user_id, cat.id, a_mask())
    ids = {"cat": cat.id, "mask": painted.id}
    draft = Draft("flux-fill-pro", "a parrot", "", source_id=ids[source], mask_id=ids.get(mask or ""))
    with pytest.raises(BadInput) as refused:
        async with house.parts.db.unit_of_work() as uow:
            await house.parts.generations.request(uow, house.ann, draft)
    assert refused.value.code == code


async def test_the_mask_goes_for_ever_with_the_last_picture_made_with_it(house: Pipeline) -> None:
    cat = await cat_of(house, house.ann)
    mask = await house.parts.masks.keep(house.ann.user_id, cat.id, a_mask())
    record = await repainted(house, cat, mask)
    with pytest.raises(NotFound):  # not by itself
        async with house.parts.db.unit_of_work() as uow:
            await house.parts.deletions.delete(uow, house.ann, mask.id)
    async with house.parts.db.unit_of_work() as uow:
        await house.parts.deletions.delete_results(uow, house.ann, record.id)
    assert await masks(house) == [mask.id]  # the picture can still be taken back
    await house.parts.deletions.erase(house.ann, None, with_prompt=False)
    assert await masks(house) == []
    assert not [
        path for path in (house.settings.data_dir / "media").rglob("*") if path.is_file() and mask.id in str(path)
    ]


async def test_a_mask_with_which_nothing_was_made_goes_after_a_day(house: Pipeline, clock: MovableClock) -> None:
    cat = await cat_of(house, house.ann)
    used, unused = [await house.parts.masks.keep(house.ann.user_id, cat.id, a_mask()) for _ in range(2)]
    await repainted(house, cat, used)
    now = clock.now()
    for later, left in ((timedelta(hours=23), {used.id, unused.id}), (timedelta(hours=25), {used.id})):
        await house.parts.cleanups.run(now + later)
        assert set(await masks(house)) == left
