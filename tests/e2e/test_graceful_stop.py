"""An operator stops the studio while it works: it ends in time, and the next start finishes what was begun."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.settings import Settings
from tests.e2e.studio_server import ROOT, StudioServer
from tests.factories import a_person

_MANY, _PICTURES = 6, 2
_KILLS_AFTER = 5  # seconds: the server's own patience with its worker
_LONG = 60  # seconds; only how long to wait before calling it broken


@asynccontextmanager
async def _looking(data: Path) -> AsyncIterator[Container]:
    parts = Container(Settings(data_dir=data))
    try:
        yield parts
    finally:
        await parts.db.close()


async def _ask(data: Path) -> None:
    """Ann asks for more than two cores can do at once."""
    async with _looking(data) as parts:
        async with parts.db.unit_of_work() as uow:
            ann = await a_person(uow, "ann", parts.clock.now())
        for number in range(_MANY):
            draft = Draft("kaleidoscope", f"number {number}", "1:1", _PICTURES, params={"style": "watercolour"})
            async with parts.db.unit_of_work() as uow:
                await parts.generations.request(uow, ann, draft)


async def _rows(parts: Container) -> list[Generation]:
    async with parts.db.reading() as uow:
        return list(await uow.session.exec(select(Generation)))


async def _until(data: Path, true: Callable[[list[Generation]], bool]) -> None:
    async with _looking(data) as parts, asyncio.timeout(_LONG):
        while not true(await _rows(parts)):
            await asyncio.sleep(0.02)


async def _books(data: Path) -> tuple[list[Generation], dict[str, int], Counter[str | None]]:
    async with _looking(data) as parts, parts.db.reading() as uow:
        entries = {entry.key: entry.amount for entry in await uow.session.exec(select(LedgerEntry))}
        pictures = Counter(image.generation_id for image in await uow.session.exec(select(Image)))
        return list(await uow.session.exec(select(Generation))), entries, pictures


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    settings = {**os.environ, "KALEIPIX_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "kaleipix_app", "migrate"], cwd=ROOT, env=settings, check=True)
    return folder


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stopped_in_the_middle_it_hands_back_and_the_next_start_finishes(stop: signal.Signals, data: Path) -> None:
    studio = StudioServer(data)
    asyncio.run(_ask(data))
    studio.start()
    try:
        asyncio.run(_until(data, lambda rows: any(row.state == State.RUNNING for row in rows)))
        process = studio._process
        assert process is not None
        process.send_signal(stop)  # to the process that an operator sees; it tells its worker
        assert process.wait(timeout=_LONG) == 0
        assert "Killing" not in studio.log(), f"the worker needed more than {_KILLS_AFTER} seconds"
        rows, _, _ = asyncio.run(_books(data))
        assert [row.lease_until for row in rows if row.state != State.DONE] != []
        assert {row.lease_until for row in rows} == {None}, "everything is handed back"
        assert max(row.attempts for row in rows) <= 1, "a stop is no crash"
        studio.start()
        asyncio.run(_until(data, lambda rows: all(row.state == State.DONE for row in rows)))
    finally:
        studio.stop()
    rows, entries, pictures = asyncio.run(_books(data))
    assert len(rows) == _MANY
    for row in rows:
        assert pictures[row.id] == _PICTURES
        assert (entries[f"reserve:{row.id}"], entries[f"settle:{row.id}"]) == (-_PICTURES, 0)
        assert f"refund:{row.id}" not in entries
    assert sum(entries.values()) == 40 - _MANY * _PICTURES
