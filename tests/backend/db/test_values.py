"""What goes into either database comes out as it was, and never comes out in an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.models import Generation
from tests.conftest import MovableClock, only_postgresql
from tests.factories import a_person


async def _created(db: Database, clock: MovableClock) -> tuple[object, object]:
    async with db.unit_of_work() as uow:
        await a_person(uow, "ann", clock.now())
    async with db.reading() as uow:
        made = (await uow.session.exec(select(User.created_at))).one()
    return made, made.utcoffset()


async def test_times_are_in_utc_and_say_so(db: Database, clock: MovableClock) -> None:
    assert await _created(db, clock) == (clock.now(), timedelta(0))


@only_postgresql
async def test_a_server_in_another_zone_changes_nothing(db_url: str, clock: MovableClock) -> None:
    db = Database(f"{db_url}&options=-cTimeZone%3DAsia/Kolkata")
    assert await _created(db, clock) == (clock.now(), timedelta(0))
    await db.close()


async def test_settings_of_a_model_come_back_as_they_were(db: Database, clock: MovableClock) -> None:
    params = {"style": "pixel", "folds": 6, "twist": 0.5, "smooth": True, "words": "a \0 and a ☂"}
    async with db.unit_of_work() as uow:
        viewer = await a_person(uow, "ann", clock.now())
        size: dict[str, Any] = {"width": 1, "height": 1, "count": 1, "seed": 1, "price": 1}
        texts: dict[str, Any] = {"request_id": "", "model": "m", "provider": "p", "prompt": "", "state": "done"}
        uow.session.add(
            Generation(
                id="g",
                owner_id=viewer.user_id,
                params=params,
                created_at=clock.now(),
                aspect_ratio="1:1",
                **size,
                **texts,
            )
        )
    async with db.reading() as uow:
        assert (await uow.session.exec(select(Generation.params))).one() == params


async def test_an_error_shows_no_ones_address(db: Database, clock: MovableClock) -> None:
    async def twice() -> None:
        async with db.unit_of_work() as uow:
            for _ in range(2):
                await a_person(uow, "canary", clock.now())
                uow.session.expunge_all()

    with pytest.raises(IntegrityError) as refused:
        await twice()
    chain = f"{refused.value} {refused.value!r} {refused.value.orig} {refused.value.__cause__}"
    assert "canary" not in chain
