"""A stop is in time whatever hangs or fails on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from kaleipix_app.backend import container
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import DatabaseFailed
from kaleipix_app.backend.jobs.base import Lease
from kaleipix_app.backend.jobs.embedded import EmbeddedEngine
from kaleipix_app.backend.mail.base import Message
from kaleipix_app.backend.settings import Settings


class Rows:
    """Three jobs; handing the first one back fails."""

    def __init__(self) -> None:
        self.waiting = [Lease(f"job-{number}", "ann", 1, "lane") for number in range(3)]
        self.handed_back: list[str] = []
        self.at_work: set[str] = set()

    async def claim(self, _worker: str, _room: Mapping[str, int]) -> list[Lease]:
        taken, self.waiting = self.waiting, []
        return taken

    async def heartbeat(self, _worker: str, _jobs: Collection[str]) -> set[tuple[str, int]]:
        return set()

    async def hand_back(self, lease: Lease) -> None:
        assert lease.job_id not in self.at_work, "somebody is still at it"
        if lease.job_id == "job-0":
            raise DatabaseFailed
        self.handed_back.append(lease.job_id)

    async def take_over(self) -> int:
        return 0

    async def room(self) -> Mapping[str, int]:
        return {"lane": 9}

    def most(self, lane: str) -> int:
        return 9

    async def run(self, lease: Lease) -> None:
        """Never ends by itself, and needs a moment to let go."""
        self.at_work.add(lease.job_id)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.at_work.discard(lease.job_id)


async def test_one_that_cannot_be_handed_back_does_not_keep_the_others() -> None:
    rows = Rows()
    engine = EmbeddedEngine(rows, rows, rows)
    await engine.start()
    async with asyncio.timeout(10):
        while len(rows.at_work) < 3:
            await asyncio.sleep(0)
    assert engine.is_alive()
    await engine.stop(0)
    assert rows.handed_back == ["job-1", "job-2"]
    assert not engine.is_alive()


async def test_a_click_that_is_written_after_the_stop_is_left_to_the_next_start() -> None:
    """Nothing is ordered by a process that nobody waits for any more."""
    rows = Rows()
    rows.waiting.clear()
    engine = EmbeddedEngine(rows, rows, rows)
    await engine.start()
    async with asyncio.timeout(10):
        while (place := engine.place("lane")) is None:
            await asyncio.sleep(0)
    await engine.stop(0)
    place.fill(Lease("job-9", "ann", 1, "lane"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert rows.at_work == set()


class NeverSends:
    """A mail server that accepts the connection and then says nothing."""

    async def send(self, _message: Message) -> None:
        await asyncio.Event().wait()


async def test_a_mail_server_that_hangs_does_not_keep_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "_STOP_SECONDS", 0.1)
    monkeypatch.setattr(container, "_MAIL_SECONDS", 3600)
    parts = Container(Settings(data_dir=tmp_path / "data"), mailer=NeverSends())
    async with parts.db.engine.begin() as connection:
        await connection.run_sync(parts.tables.create_all)
    async with asyncio.timeout(60), parts.running():
        parts.post.send_soon(Message("ann@example.com", "a subject", "a text"))
        await asyncio.sleep(0)
    await parts.db.close()
