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
from pathlib import Path

from sqlmodel import func, select

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.machine import ACTIVE, State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.settings import Settings
from tests.factories import a_person

_ROOT = Path(__file__).parents[3]
_MANY = int(os.environ.get("KILL_GENERATIONS", "12"))
_PEOPLE = 8  # each with 40 credits and at most 50 waiting generations


async def _prepare(data_dir: Path) -> None:
    parts = Container(Settings(data_dir=data_dir))
    async with parts.db.engine.begin() as connection:
        await connection.run_sync(parts.tables.create_all)
    async with parts.db.unit_of_work() as uow:
        people = [await a_person(uow, f"person{n}", parts.clock.now()) for n in range(_PEOPLE)]
    for n in range(_MANY):
        draft = Draft("kaleidoscope", f"number {n}", "1:1", 1 + n % 2, params={"style": "pixel"})
        async with parts.db.unit_of_work() as uow:
            await parts.generations.request(uow, people[n % _PEOPLE], draft)
    await parts.db.close()


async def _unfinished(db: Database) -> int:
    async with db.reading() as uow:
        count = select(func.count()).select_from(Generation).where(Generation.state.in_(ACTIVE))  # type: ignore[attr-defined]
        return int((await uow.session.exec(count)).one())


async def _kill_until_done(data_dir: Path, db: Database, chance: random.Random) -> int:
    """Start a worker, kill it after up to a second and a half of work; returns how often."""
    for kills in range(20 * _MANY):
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.backend.generation.worker",
            str(data_dir),
            cwd=_ROOT,
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


async def test_killed_again_and_again_nothing_is_lost_or_charged_twice(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    await _prepare(data_dir)
    db = Database(Settings(data_dir=data_dir).database_url)
    kills = await _kill_until_done(data_dir, db, random.Random(2026))
    assert kills > 2, "it was hardly killed"
    async with db.reading() as uow:
        generations = (await uow.session.exec(select(Generation))).all()
        entries = (await uow.session.exec(select(LedgerEntry))).all()
        images = (await uow.session.exec(select(Image))).all()
    await db.close()
    pictures = Counter(image.generation_id for image in images)
    effects = {entry.key: entry.amount for entry in entries}
    assert len(generations) == _MANY
    for one in generations:
        if one.state == State.FAILED:  # killed three times while at it: given up, and paid back
            assert (one.error_code, effects[f"refund:{one.id}"]) == ("keeps_stopping", one.price)
            continue
        assert (one.state, pictures[one.id]) == (State.DONE, one.count)
        assert f"refund:{one.id}" not in effects
        assert effects[f"reserve:{one.id}"] == -one.price
    for image in images:
        for variant in ("original", "thumb", "preview"):
            assert (data_dir / "media" / image.storage_key / variant).stat().st_size > 0
    given_back = sum(one.price for one in generations if one.state == State.FAILED)
    asked = sum(one.price for one in generations)
    assert sum(effects.values()) == 40 * min(_PEOPLE, _MANY) - asked + given_back
