"""What a creator relies on: credits are never lost, never taken twice, never below zero."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from kaleipix_app.backend.credits.ledger import Ledger
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import NotEnoughCredits
from tests.conftest import MovableClock


@pytest.fixture
def ledger(clock: MovableClock) -> Ledger:
    return Ledger(clock)


async def balance(db: Database, ledger: Ledger) -> int:
    async with db.reading() as uow:
        return await ledger.balance(uow, "ann")


async def test_a_month_brings_forty_credits_once(db: Database, ledger: Ledger) -> None:
    for _ in range(3):
        async with db.unit_of_work() as uow:
            await ledger.grant_month(uow, "ann")
    assert await balance(db, ledger) == 40


async def test_the_next_month_fills_up_and_does_not_pile_up(db: Database, ledger: Ledger, clock: MovableClock) -> None:
    async with db.unit_of_work() as uow:
        await ledger.reserve(uow, "ann", "g1", 10)
        await ledger.settle(uow, "ann", "g1", price=10, charged=10)
    clock.move(days=31)
    async with db.unit_of_work() as uow:
        await ledger.grant_month(uow, "ann")
    assert await balance(db, ledger) == 40


async def test_what_was_not_delivered_comes_back_once(db: Database, ledger: Ledger) -> None:
    async with db.unit_of_work() as uow:
        await ledger.reserve(uow, "ann", "g1", 4)
    assert await balance(db, ledger) == 36
    for _ in range(3):
        async with db.unit_of_work() as uow:
            await ledger.settle(uow, "ann", "g1", price=4, charged=1)
    assert await balance(db, ledger) == 39


async def test_a_refused_reservation_leaves_nothing_behind(db: Database, ledger: Ledger) -> None:
    with pytest.raises(NotEnoughCredits) as refused:
        async with db.unit_of_work() as uow:
            await ledger.reserve(uow, "ann", "g1", 43)
    assert refused.value.missing == 3
    assert "3 more credits" in refused.value.sentence
    async with db.reading() as uow:
        assert (await uow.session.exec(select(LedgerEntry))).all() == []


async def test_two_hundred_at_once_with_credit_for_forty_make_exactly_forty(db: Database, ledger: Ledger) -> None:
    async def spend(n: int) -> bool:
        try:
            async with db.unit_of_work() as uow:
                await ledger.reserve(uow, "ann", f"g{n}", 1)
        except NotEnoughCredits:
            return False
        return True

    assert sum(await asyncio.gather(*(spend(n) for n in range(200)))) == 40
    assert await balance(db, ledger) == 0


async def test_a_bill_that_is_settled_by_many_at_once_is_settled_once(db: Database, ledger: Ledger) -> None:
    async with db.unit_of_work() as uow:
        await ledger.reserve(uow, "ann", "g1", 4)

    async def settle() -> None:
        async with db.unit_of_work() as uow:
            await ledger.settle(uow, "ann", "g1", price=4, charged=1)

    await asyncio.gather(*(settle() for _ in range(20)))
    assert await balance(db, ledger) == 39


async def test_the_month_comes_once_however_many_ask(db: Database, ledger: Ledger) -> None:
    async def grant() -> None:
        async with db.unit_of_work() as uow:
            await ledger.grant_month(uow, "ann")

    await asyncio.gather(*(grant() for _ in range(20)))
    assert await balance(db, ledger) == 40


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["reserve", "settle"]), st.integers(0, 5), st.integers(1, 15), st.floats(0, 1)),
        max_size=30,
    )
)
async def test_any_order_of_commands_keeps_the_books(
    db: Database, clock: MovableClock, steps: list[tuple[str, int, int, float]]
) -> None:
    """Random reserves and repeated settles: the sum equals a plain model and is never negative."""
    ledger = Ledger(clock)
    clock.move(days=32)  # a new month for each example: the balance starts at 40
    person = f"p{clock.now().timestamp()}"
    expected, prices, settled = 40, dict[str, int](), set[str]()
    for what, number, price, share in steps:
        generation = f"{person}-{number}"
        try:
            async with db.unit_of_work() as uow:
                await ledger.grant_month(uow, person)
                if what == "reserve" and generation not in prices:
                    await ledger.reserve(uow, person, generation, price)
                    prices[generation] = price
                    expected -= price
                elif what == "settle" and generation in prices:
                    charged = int(prices[generation] * share)
                    await ledger.settle(uow, person, generation, price=prices[generation], charged=charged)
                    if generation not in settled:
                        settled.add(generation)
                        expected += prices[generation] - charged
        except NotEnoughCredits:
            assert expected < price
    async with db.reading() as uow:
        total = await ledger.balance(uow, person)
    assert total == (expected if steps else 0)
    assert total >= 0
