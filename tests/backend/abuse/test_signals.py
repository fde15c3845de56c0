"""Who shares a browser or an address is found for 90 days, whatever month it was, and by nobody who has no key."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from kaleipix_app.backend.abuse.models import Signal, SignalKey
from kaleipix_app.backend.abuse.signal_keys import SignalKeys
from kaleipix_app.backend.abuse.signals import Signals, Traces
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.tokens import Keyring
from tests.conftest import MovableClock, only_postgresql

BROWSER, OTHER = (hashlib.sha256(name).hexdigest() for name in (b"a browser", b"another"))
HOME = "203.0.113.7/32"


@pytest.fixture
def signals(clock: MovableClock, keyring: Keyring) -> Signals:
    return Signals(clock, SignalKeys(clock, keyring))


async def seen(db: Database, signals: Signals, who: str, *, profiled: bool = True, **traces: str) -> None:
    """Somebody signs in."""
    async with db.unit_of_work() as uow:
        await signals.record(uow, who, "sign_in", Traces(**traces), profiled=profiled)


async def with_fingerprint(db: Database, signals: Signals, fingerprint: str = BROWSER) -> Sequence[str]:
    async with db.reading() as uow:
        return await signals.with_fingerprint(uow, fingerprint)


async def with_address(db: Database, signals: Signals, address: str = HOME) -> Sequence[str]:
    async with db.reading() as uow:
        return await signals.with_address(uow, address)


async def rows(db: Database) -> Sequence[Signal]:
    async with db.reading() as uow:
        return (await uow.session.exec(select(Signal).order_by(col(Signal.created_at), col(Signal.user_id)))).all()


async def keys(db: Database) -> Sequence[SignalKey]:
    async with db.reading() as uow:
        return (await uow.session.exec(select(SignalKey).order_by(col(SignalKey.id)))).all()


async def test_who_shares_a_browser_is_found_across_the_turn_of_months(
    db: Database, signals: Signals, clock: MovableClock
) -> None:
    clock.time = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    await seen(db, signals, "ann", fingerprint=BROWSER, address=HOME)
    await seen(db, signals, "zoe", fingerprint=OTHER)
    clock.time = datetime(2026, 12, 1, tzinfo=UTC)
    await seen(db, signals, "bob", fingerprint=BROWSER, address=HOME)
    clock.time = datetime(2027, 1, 31, tzinfo=UTC)
    await seen(db, signals, "bob", fingerprint=BROWSER)
    found = [row.fingerprint_hash for row in await rows(db) if row.user_id != "zoe"]
    assert len(set(found)) == 3, "the same browser has another hash each month"
    assert await with_fingerprint(db, signals) == ["ann", "bob"]
    assert await with_address(db, signals) == ["ann", "bob"]
    assert await with_fingerprint(db, signals, OTHER) == ["zoe"]


async def test_each_month_has_a_key_of_its_own_and_only_one(
    db: Database, signals: Signals, clock: MovableClock
) -> None:
    await asyncio.gather(*(seen(db, signals, f"person {number}", fingerprint=BROWSER) for number in range(6)))
    clock.time = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    await seen(db, signals, "ann", fingerprint=BROWSER)
    november, december = await keys(db)
    assert [(key.id, key.ends_at) for key in (november, december)] == [
        ("2026-11", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
    ]
    assert len(bytes.fromhex(november.secret)) == len(bytes.fromhex(december.secret)) == 32
    assert november.secret != december.secret
    assert {row.key_id for row in await rows(db)} == {"2026-11", "2026-12"}
    assert len(await with_fingerprint(db, signals)) == 7


@only_postgresql
async def test_two_first_sign_ins_of_a_month_share_one_key(db: Database, signals: Signals) -> None:
    async with asyncio.timeout(20):
        async with db.unit_of_work() as uow:
            await signals.record(uow, "ann", "sign_in", Traces(fingerprint=BROWSER), profiled=True)
            other = asyncio.create_task(seen(db, signals, "bob", fingerprint=BROWSER))
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            connection = await uow.session.connection()
            while not (await connection.execute(waiting)).scalar_one():
                await asyncio.sleep(0)
        await other
    assert len(await keys(db)) == 1
    assert await with_fingerprint(db, signals) == ["ann", "bob"]


async def test_without_its_key_a_hash_says_nothing(db: Database, signals: Signals, keyring: Keyring) -> None:
    await seen(db, signals, "ann", fingerprint=BROWSER, address=BROWSER)
    (row,) = await rows(db)
    (key,) = await keys(db)
    stored = {row.fingerprint_hash, row.address_hash}
    assert len(stored) == 2, "what is a fingerprint cannot be compared with what is an address"
    assert keyring.digest("signal", BROWSER) not in stored, "the installation's secret is not enough"
    async with db.unit_of_work() as uow:
        await uow.session.delete(await uow.session.get_one(SignalKey, key.id))
    assert await with_fingerprint(db, signals) == []


async def test_the_database_alone_is_not_enough_either(db: Database, signals: Signals, clock: MovableClock) -> None:
    await seen(db, signals, "ann", address=HOME)
    thief = Signals(clock, SignalKeys(clock, Keyring([b"not the secret of this house"])))
    assert await with_address(db, thief) == []


async def test_another_secret_of_the_installation_finds_what_the_one_before_made(
    db: Database, signals: Signals, clock: MovableClock
) -> None:
    await seen(db, signals, "ann", fingerprint=BROWSER)
    new = Keyring([b"another key that only tests know", b"a key that only tests know"])
    changed = Signals(clock, SignalKeys(clock, new))
    await seen(db, changed, "bob", fingerprint=BROWSER)
    assert await with_fingerprint(db, changed) == ["ann", "bob"]


async def test_on_its_day_it_is_found_no_more_even_if_the_cleanup_is_late(
    db: Database, signals: Signals, clock: MovableClock
) -> None:
    await seen(db, signals, "ann", fingerprint=BROWSER)
    clock.move(days=89, hours=23)
    assert await with_fingerprint(db, signals) == ["ann"]
    clock.move(hours=1)
    assert await with_fingerprint(db, signals) == []
    clock.time = datetime(2027, 3, 1, tzinfo=UTC)
    assert await with_fingerprint(db, signals) == []


async def test_who_objects_is_not_compared_with_others(db: Database, signals: Signals) -> None:
    await seen(db, signals, "ann", fingerprint=BROWSER, address=HOME)
    await seen(db, signals, "bob", fingerprint=BROWSER, address=HOME, profiled=False)
    assert await with_fingerprint(db, signals) == ["ann"]
    assert await with_address(db, signals) == ["ann", "bob"], "which security needs"
    async with db.unit_of_work() as uow:
        await signals.forget_fingerprints(uow, "ann")
    assert await with_fingerprint(db, signals) == []


@pytest.mark.parametrize(
    "sent",
    [None, "", "ab" * 31, "ab" * 33, "AB" * 32, "g" * 64, "é" * 64, f"{BROWSER}\n", 7, True, [BROWSER], {"a": BROWSER}],
)
def test_what_is_no_hash_is_ignored(sent: object) -> None:
    assert Traces.read(sent, HOME, "", "") == Traces(address=HOME)


def test_headers_are_cut_off_and_hold_only_what_can_be_read() -> None:
    traces = Traces.read(BROWSER, "", "Moz\x00illa\x1b[31m" + "x" * 9000, "\x7fde,en;q=0.8\ud800" + "y" * 9000)
    assert traces.fingerprint == BROWSER
    assert (traces.user_agent[:12], len(traces.user_agent)) == ("Mozilla[31mx", 256)
    assert (traces.accept_language[:13], len(traces.accept_language)) == ("de,en;q=0.8yy", 128)
