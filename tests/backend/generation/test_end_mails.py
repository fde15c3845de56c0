"""A mail about what took long: for who asked for it, once, and not while they are looking."""

from __future__ import annotations

import re

import pytest

from kaleipix_app.backend.errors import BadInput
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.providers.base import Refused
from tests.backend.generation.conftest import Pipeline


async def ask_for_mails(pipeline: Pipeline, minutes: int | None) -> None:
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.notifications.set_mail_after(uow, pipeline.ann, minutes)


async def make(pipeline: Pipeline, minutes: float) -> str:
    """A generation that ends so long after its click."""
    made = await pipeline.request(prompt="something private", count=2)
    pipeline.clock.move(minutes=minutes)
    async with pipeline.working():
        await pipeline.until(made)
    return made


async def mails(pipeline: Pipeline) -> list[str]:
    await pipeline.parts.post.close()
    return [path.read_text() for path in sorted((pipeline.settings.data_dir / "outbox").glob("*.eml"))]


async def test_nobody_gets_a_mail_who_did_not_ask_for_it(pipeline: Pipeline) -> None:
    await make(pipeline, 90)
    assert await mails(pipeline) == []


async def test_what_took_long_is_told_once_without_what_was_written(pipeline: Pipeline) -> None:
    await ask_for_mails(pipeline, 5)
    await make(pipeline, 7)
    (mail,) = await mails(pipeline)
    assert "To: ann@example.com" in mail
    assert "Your 2 pictures are ready" in mail
    assert "after 7 minutes" in mail
    assert f"{pipeline.settings.url}/w/ann" in mail
    assert f"{pipeline.settings.url}/account" in mail
    assert "private" not in mail


async def test_a_failure_is_told_too(pipeline: Pipeline) -> None:
    await ask_for_mails(pipeline, 1)
    pipeline.provider.failure = Refused("no")
    await make(pipeline, 3)
    (mail,) = await mails(pipeline)
    assert "could not be made" in mail
    assert re.search(r"credits\s+came\s+back", mail)


async def test_what_was_quick_or_watched_is_not_told(pipeline: Pipeline) -> None:
    await ask_for_mails(pipeline, 5)
    await make(pipeline, 4)
    looking = {pipeline.ann.user_id}
    pipeline.parts.end_mails.connect(looking.__contains__)
    await make(pipeline, 20)
    assert await mails(pipeline) == []
    looking.clear()
    await make(pipeline, 20)
    assert len(await mails(pipeline)) == 1


async def test_no_more_once_it_is_switched_off(pipeline: Pipeline) -> None:
    await ask_for_mails(pipeline, 1)
    await ask_for_mails(pipeline, None)
    await make(pipeline, 20)
    assert await mails(pipeline) == []
    with pytest.raises(BadInput):
        await ask_for_mails(pipeline, 3)


async def test_what_was_overtaken_or_is_found_later_makes_no_second_mail(pipeline: Pipeline) -> None:
    await ask_for_mails(pipeline, 1)
    made = await pipeline.request()
    pipeline.clock.move(minutes=3)
    old = await pipeline.claim("old")
    assert old is not None
    pipeline.clock.move(minutes=10)
    new = await pipeline.claim("new")
    assert new is not None
    for lease in (new, old):
        await pipeline.parts.engine._worker.run(lease)
    assert (await pipeline.record(made)).state is State.DONE
    async with pipeline.parts.db.unit_of_work() as uow:
        await pipeline.parts.end_mails.ended(uow, made)
    assert len(await mails(pipeline)) == 1
