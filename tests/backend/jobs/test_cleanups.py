"""What is promised to go goes on its day, and not the day before; each run is on record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event as sqlalchemy_event
from sqlmodel import select
from structlog.testing import capture_logs

from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.models import GenerationLog
from kaleipix_app.backend.jobs.cleanups import Cleanup, Cleanups
from kaleipix_app.backend.jobs.models import CleanupRun
from kaleipix_app.backend.jobs.schedule import Schedule
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock, make_tables
from tests.factories import a_person
from tests.house import House


@pytest.fixture
async def parts(tmp_path: Path, db_url: str, clock: MovableClock) -> AsyncIterator[Container]:
    made = Container(Settings(data_dir=tmp_path / "data", db_url=SecretStr(db_url)), clock=clock)
    await make_tables(made.db)
    yield made
    await made.db.close()


async def _one_of_each(parts: Container, now: datetime) -> None:
    """A sign-in, a session, a log line, a mail and a stray file, all of this moment."""
    challenge: dict[str, Any] = {"id": "c", "email": "a@b.cc", "email_typed": "a@b.cc", "code_hash": "x"}
    session: dict[str, Any] = {"id": "s", "token_hash": "x", "user_id": "id-of-ann", "last_seen_at": now}
    async with parts.db.unit_of_work() as uow:
        ann = await a_person(uow, "ann", now)
        uow.session.add(LoginChallenge(**challenge, created_at=now, expires_at=now))
        uow.session.add(LoginSession(**session, created_at=now, expires_at=now))
        uow.session.add(GenerationLog(id="g", user_id=ann.user_id, prompt="p", model="m", created_at=now))
    mail = parts.settings.data_dir / "outbox" / "one.eml"
    mail.parent.mkdir()
    mail.write_text("mail")
    await parts.storage.put("sources/stray/original", b"x")
    for path in (mail, parts.settings.media_dir / "sources/stray/original"):
        os.utime(path, (now.timestamp(), now.timestamp()))


@pytest.mark.parametrize(
    ("name", "last_day", "first_day_after"),
    [
        ("login_challenges", {"hours": 23}, {"hours": 24}),
        ("outbox", {"hours": 23}, {"hours": 24}),
        ("orphans", {"hours": 23}, {"hours": 24}),
        ("sessions", {"days": 29}, {"days": 30}),
        ("generation_log", {"days": 364}, {"days": 365}),
    ],
)
async def test_each_goes_on_its_day_and_not_before(
    name: str, last_day: dict[str, float], first_day_after: dict[str, float], parts: Container, clock: MovableClock
) -> None:
    began = clock.time
    await _one_of_each(parts, began)
    for moved, expected in ((last_day, 0), (first_day_after, 1), (first_day_after, 0)):
        clock.time = began
        clock.move(**moved)
        dry = {one.name: one.removed for one in await parts.cleanups.run(dry=True)}
        real = {one.name: one.removed for one in await parts.cleanups.run()}
        assert (dry[name], real[name]) == (expected, expected)


async def test_a_dry_run_for_another_day_removes_and_records_nothing(parts: Container, clock: MovableClock) -> None:
    await _one_of_each(parts, clock.time)
    later = clock.time.replace(year=2028)
    would_go = {one.name: one.removed for one in await parts.cleanups.run(later, dry=True)}
    nothing_there = {"trash", "masks", "exports", "accounts", "ledger", "shares", "share_reports"}
    nothing_there |= {"signals", "signal_keys"}
    assert would_go == dict.fromkeys(nothing_there, 0) | dict.fromkeys(would_go.keys() - nothing_there, 1)
    async with parts.db.reading() as uow:
        assert (await uow.session.exec(select(CleanupRun))).all() == []
        assert await uow.session.get(GenerationLog, "g") is not None


async def test_many_rows_go_a_thousand_at_a_time(parts: Container, clock: MovableClock) -> None:
    async with parts.db.unit_of_work() as uow:
        rows: dict[str, Any] = {"user_id": "u", "prompt": "p", "model": "m", "created_at": clock.time}
        uow.session.add_all([GenerationLog(id=str(number), **rows) for number in range(2_500)])
    sizes: list[int] = []

    def deleted(*event: Any) -> None:
        if "DELETE FROM generation_log" in event[2]:
            sizes.append(event[1].rowcount)

    sqlalchemy_event.listen(parts.db.engine.sync_engine, "after_cursor_execute", deleted)
    clock.move(days=366)
    removed = {one.name: one.removed for one in await parts.cleanups.run()}
    assert removed["generation_log"] == 2_500
    assert sizes == [1_000, 1_000, 500, 0]


async def test_kept_pictures_stay_and_a_missing_one_is_told_not_deleted(house: House) -> None:
    parts = house.parts
    later = parts.clock.now().replace(year=2099)
    orphans = {one.name: one.removed for one in await parts.cleanups.run(later, dry=False)}["orphans"]
    assert orphans == 0
    async with parts.db.reading() as uow:
        picture = await parts.images.get(uow, house.ann.user_id, house.result_id)
    await parts.storage.delete([picture.key(variant) for variant in ("original", "thumb", "preview")])
    with capture_logs() as lines:
        await parts.cleanups.run(later)
    assert [line["first"] for line in lines if line["event"] == "alert_pictures_missing"] == [[house.result_id]]
    async with parts.db.reading() as uow:
        assert await parts.images.get(uow, house.ann.user_id, house.result_id) == picture


async def test_the_trash_is_emptied_after_thirty_days(house: House) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        await parts.trash.put(uow, house.ann.user_id, [house.result_id])
    for days, expected in ((29, 0), (31, 1)):
        then = parts.clock.now() + timedelta(days=days)
        for dry in (True, False):
            outcomes = {one.name: one.removed for one in await parts.cleanups.run(then, dry=dry)}
            assert outcomes["trash"] == expected
    async with parts.db.reading() as uow:
        assert await uow.session.get(Image, house.result_id) is None


async def test_one_that_fails_is_recorded_alerts_after_26_hours_and_stops_no_other(
    parts: Container, clock: MovableClock
) -> None:
    broken = [False]

    async def sometimes(_as_of: datetime, _dry: bool) -> int:
        if broken[0]:
            raise OSError("disk")
        return 0

    async def fine(_as_of: datetime, _dry: bool) -> int:
        return 3

    cleanups = Cleanups(parts.db, clock, [Cleanup("a", "", sometimes), Cleanup("b", "", fine)])
    await cleanups.run()
    broken[0] = True
    clock.move(hours=25)
    with capture_logs() as lines:
        assert [one.removed for one in await cleanups.run()] == [None, 3]
    assert "alert_cleanup_overdue" not in {line["event"] for line in lines}
    clock.move(hours=2)
    with capture_logs() as lines:
        await cleanups.run()
    assert [line["cleanup"] for line in lines if line["event"] == "alert_cleanup_overdue"] == ["a"]
    async with parts.db.reading() as uow:
        runs = (await uow.session.exec(select(CleanupRun).order_by(CleanupRun.id))).all()
    assert [(run.cleanup, run.outcome, run.removed) for run in runs][-2:] == [("a", "failed", 0), ("b", "done", 3)]


async def test_only_one_process_has_the_schedule(tmp_path: Path) -> None:
    ran = asyncio.Event()

    async def work() -> None:
        ran.set()

    first, second = Schedule(work, tmp_path / "lock"), Schedule(work, tmp_path / "lock")
    assert first.start()
    await asyncio.wait_for(ran.wait(), 5)
    assert not second.start()
    first.stop()
    assert second.start()
    second.stop()
