"""fal in a whole installation: asked for in the studio, made over there, kept here."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import SecretStr

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.settings import Settings
from tests.backend.providers.fal.bench import KEY
from tests.emulators.fal import Fal
from tests.emulators.fal import Settings as Behaviour
from tests.emulators.server import serving
from tests.factories import a_person


async def test_a_generation_comes_back_as_pictures_and_a_refused_one_as_credits(tmp_path: Path) -> None:
    fal = Fal(Behaviour(key=KEY))
    fal.script("job", "nsfw", prompt="a bear", times=None)
    async with serving(fal) as url:
        address = {"fal_queue_url": url, "fal_rest_url": url, "fal_cdn_url": url}
        parts = Container(Settings(data_dir=tmp_path, fal_key=SecretStr(KEY), **address))  # type: ignore[arg-type]
        async with parts.db.engine.begin() as connection:
            await connection.run_sync(parts.tables.create_all)
        async with parts.db.unit_of_work() as uow:
            ann = await a_person(uow, "ann", parts.clock.now())
            await parts.transfers.acknowledge(uow, ann, "fal")
        async with parts.running():
            found = {}
            for prompt in ("a fox", "a bear"):
                draft = Draft("flux-schnell", prompt, "1:1", 2, params=parts.models["flux-schnell"].defaults())
                async with parts.db.unit_of_work() as uow:
                    made = await parts.generations.request(uow, ann, draft)
                async with asyncio.timeout(20):
                    while prompt not in found:
                        await asyncio.sleep(0.02)
                        async with parts.db.reading() as uow:
                            record = await parts.history.one(uow, ann.user_id, made)
                        if record.state in ("done", "failed"):
                            found[prompt] = record
    assert (found["a fox"].state, len(found["a fox"].results)) == ("done", 2)
    assert (found["a bear"].state, found["a bear"].results) == ("failed", ())
    assert fal.submissions().jobs == 2
