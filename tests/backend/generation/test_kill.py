"""`kill -9` at random moments, again and again: nothing lost, nothing charged twice, nothing stuck.

`KILL_GENERATIONS=200` makes the long run of it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import func, select

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.settings import Settings
from tests.emulators.fal import Fal
from tests.emulators.fal import Settings as FalSettings
from tests.emulators.server import in_thread
from tests.factories import a_person

_ROOT = Path(__file__).parents[3]
_MANY = int(os.environ.get("KILL_GENERATIONS", "12"))
_PEOPLE = 8  # at most 50 waiting generations each
_CREDITS = 1000

#: Makes a draft of the n-th generation.
Drafts = Callable[[int], Draft]


def _drawn_here(n: int) -> Draft:
    return Draft("kaleidoscope", f"number {n}.", "1:1", 1 + n % 2, params={"style": "pixel"})


def _ordered(n: int) -> Draft:
    return Draft("flux-schnell", f"number {n}.", "1:1", 1 + n % 2)


async def _prepare(settings: Settings, drafts: Drafts, clicks: int = _MANY) -> None:
    parts = Container(settings)
    async with parts.db.engine.begin() as connection:
        await connection.run_sync(parts.tables.create_all)
    async with parts.db.unit_of_work() as uow:
        people = [await a_person(uow, f"person{n}", parts.clock.now()) for n in range(_PEOPLE)]
        for person in people:
            await parts.ledger.grant(uow, person.user_id, _CREDITS, "test")
            await parts.transfers.acknowledge(uow, person, "fal")
    for n in range(clicks):
        async with parts.db.unit_of_work() as uow:
            await parts.generations.request(uow, people[n % _PEOPLE], drafts(n))
    await parts.db.close()


async def _unfinished(db: Database) -> int:
    """How many are not made yet, or not even asked for."""
    async with db.reading() as uow:
        ended = select(func.count()).select_from(Generation).where(Generation.state.not_in(ACTIVE))  # type: ignore[attr-defined]
        return _MANY - int((await uow.session.exec(ended)).one())


async def _kill_until_done(
    data_dir: Path, db: Database, chance: random.Random, environment: dict[str, str], clicks: int = 0
) -> int:
    """Start a worker, kill it after up to a second and a half of work; returns how often.

    It also makes the clicks that are missing to `clicks`.
    """
    for kills in range(20 * _MANY):
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.backend.generation.worker",
            str(data_dir),
            str(clicks),
            cwd=_ROOT,
            env=os.environ | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert worker.stdout is not None
        await worker.stdout.readline()
        await asyncio.sleep(chance.uniform(0.2, 1.6))  # the moment is what is being tried
        left = await _unfinished(db)
        worker.send_signal(signal.SIGKILL)
        await worker.communicate()
        if not left:
            return kills
    raise AssertionError("it never ended")


async def _check(data_dir: Path, db: Database, given_up: str) -> dict[str, Generation]:
    """Every generation has its pictures and is paid, or was given up for this reason and is paid back."""
    async with db.reading() as uow:
        generations = (await uow.session.exec(select(Generation))).all()
        entries = (await uow.session.exec(select(LedgerEntry))).all()
        images = (await uow.session.exec(select(Image))).all()
    pictures = Counter(image.generation_id for image in images)
    effects = {entry.key: entry.amount for entry in entries}
    assert len(generations) == _MANY
    for one in generations:
        assert effects[f"reserve:{one.id}"] == -one.price
        if one.state == State.FAILED:
            assert (one.error_code, effects[f"refund:{one.id}"]) == (given_up, one.price)
            continue
        assert (one.state, pictures[one.id]) == (State.DONE, one.count)
        assert f"refund:{one.id}" not in effects
    for image in images:
        for variant in ("original", "thumb"):  # the preview is made when it is asked for, if it is not there yet
            assert (data_dir / "media" / image.storage_key / variant).stat().st_size > 0
    paid = sum(one.price for one in generations if one.state == State.DONE)
    assert sum(effects.values()) == _PEOPLE * _CREDITS - paid
    return {one.prompt: one for one in generations}


async def test_the_engine_killed_again_and_again(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    await _prepare(settings, _drawn_here)
    db = Database(settings.database_url)
    kills = await _kill_until_done(settings.data_dir, db, random.Random(2026), {})
    assert kills > 2, "it was hardly killed"
    await _check(settings.data_dir, db, given_up="keeps_stopping")
    await db.close()


@pytest.mark.parametrize("who_clicks", ["before", "while it is killed"])
async def test_orders_at_a_provider_killed_again_and_again(tmp_path: Path, who_clicks: str) -> None:
    """Nothing is ordered twice. What was given up is what may have been ordered just when the process died.

    Clicks in the process that is killed are claimed and announced with their own transaction.
    """
    before, inside = (_MANY, 0) if who_clicks == "before" else (0, _MANY)
    fal = Fal(FalSettings(queued=0.05, running=1.0, concurrency=2 + _MANY // 20))
    with in_thread(fal) as url:
        addresses = {f"KALEIPIX_FAL_{name}_URL": url for name in ("QUEUE", "REST", "CDN")}
        environment = {"FAL_KEY": "an-id:a-secret", **addresses}
        settings = Settings(
            data_dir=tmp_path / "data", fal_key=SecretStr("an-id:a-secret"), fal_queue_url=url, fal_rest_url=url
        )
        await _prepare(settings, _ordered, before)
        db = Database(settings.database_url)
        kills = await _kill_until_done(settings.data_dir, db, random.Random(2026), environment, inside)
    assert kills > 2, "it was hardly killed"
    for prompt, one in (await _check(settings.data_dir, db, given_up="unknown_outcome")).items():
        ordered = fal.submissions(prompt)
        assert ordered.jobs == 1 or (one.state == State.FAILED and ordered.jobs == 0)
        assert ordered.posts <= 1
    await db.close()
