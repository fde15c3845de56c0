"""A canary in every category: the day before its deadline it is found, the day after nothing is, anywhere."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import String, cast, select
from sqlmodel import select as select_models
from structlog.testing import capture_logs

from kaleipix_app.backend import periods, tables
from kaleipix_app.backend.abuse.models import Signal, SignalKey
from kaleipix_app.backend.abuse.signals import Traces
from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession, User
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.generation.library.models import Collection, CollectionPicture, PromptWord
from kaleipix_app.backend.generation.models import Generation, GenerationLog, TransferNotice
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.privacy.category import Category, Goes
from kaleipix_app.backend.privacy.datamap import CATEGORIES, OWNED
from kaleipix_app.backend.privacy.models import DataExport, PolicyAcknowledgement, PolicyMail, PrivacyRequest
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.sharing.models import Share, ShareImage, ShareReport
from tests.conftest import MovableClock
from tests.factories import a_person

_CANARY = re.compile(r"canary-[a-z_]+")
_MINUTES = 4242424  # the canary of a column that holds a number

ZEDS_ADDRESS = "canary-gone_email@example.com"


def canary(name: str) -> str:
    return f"canary-{name}"


def canaries(text: str) -> set[str]:
    """The names of those that are in a text."""
    numbers = {"gone_mail_after_minutes"} if re.search(rf"\b{_MINUTES}\b", text) else set()
    return {name.removeprefix("canary-") for name in _CANARY.findall(text)} | numbers


#: From the day of writing: how long each canary may be found. Those of the account: from the day of its deletion.
DEADLINES = {
    "login_challenge": periods.LOGIN_CHALLENGES,
    "outbox": periods.OUTBOX,
    "stray": periods.STRAY_FILES,
    "login_session": periods.ENDED_SESSIONS,
    "data_export": periods.EXPORTS,
    "trash": periods.TRASH,
    "signal": periods.SIGNALS,
    "gone_signal": periods.SIGNALS,
    "share": periods.ENDED_LINKS,
    "share_image": periods.ENDED_LINKS,
    "share_report": periods.REPORTS,
    "reported_share": periods.REPORTS,
    "generation_log": periods.GENERATION_LOG,
    "gone_generation_log": periods.GENERATION_LOG,
    "gone_ledger_entry": periods.PAYMENTS,
    "gone_user": periods.ACCOUNT_AFTER_DELETION,
    "gone_mail_after_minutes": periods.ACCOUNT_AFTER_DELETION,
    "gone_email": periods.ACCOUNT_AFTER_DELETION,
    "gone_login_session": periods.ACCOUNT_AFTER_DELETION,
    "gone_login_challenge": periods.LOGIN_CHALLENGES,
    "gone_transfer_notice": periods.ACCOUNT_AFTER_DELETION,
    "gone_policy_acknowledgement": periods.ACCOUNT_AFTER_DELETION,
    "gone_policy_mail": periods.ACCOUNT_AFTER_DELETION,
    "gone_privacy_request": periods.ACCOUNT_AFTER_DELETION,
}


#: Those of them that are Ann's, who stays: in a copy of her data until their day, and not after it.
IN_ANNS_COPY = (
    *("login_session", "data_export", "trash", "signal", "generation_log"),
    *("share", "share_image", "share_report", "reported_share"),
)


def image(owner: str, name: str, at: datetime, kind: str = "source") -> Image:
    sizes: dict[str, Any] = {"content_type": "image/png", "width": 1, "height": 1, "byte_size": 1}
    folder = f"results/{owner}/{canary(name)}" if kind == "result" else f"{kind}s/{canary(name)}"
    return Image(id=canary(name), owner_id=owner, kind=kind, storage_key=folder, created_at=at, **sizes)


def rows(now: datetime) -> Iterator[Any]:
    """One of each: Ann stays, Zed (`gone_…`) deletes the account today."""
    ann, zed = "id-of-ann", "id-of-zed"
    for prefix, user_id, address in (("", ann, "x@example.com"), ("gone_", zed, ZEDS_ADDRESS)):
        name = canary(f"{prefix}login_challenge")
        challenge: dict[str, Any] = {"email": address, "email_typed": address, "code_hash": name}
        yield LoginChallenge(id=name, **challenge, created_at=now, expires_at=now)
        name = canary(f"{prefix}login_session")
        session: dict[str, Any] = {"user_id": user_id, "last_seen_at": now, "expires_at": now + timedelta(days=60)}
        yield LoginSession(id=name, token_hash=name, device=name, **session, created_at=now, revoked_at=now)
    yield DataExport(id=canary("gone_data_export"), user_id=zed, state="ready", requested_at=now, finished_at=now)
    yield DataExport(id=canary("data_export"), user_id=ann, state="ready", requested_at=now, finished_at=now)
    trashed = image(ann, "trash", now)
    trashed.deleted_at = now
    yield trashed
    yield image(ann, "kept", now)
    for prefix, user_id in (("", ann), ("gone_", zed)):
        name = canary(f"{prefix}signal")
        shown: dict[str, Any] = {"user_agent": name, "fingerprint_hash": name, "address_hash": name}
        yield Signal(id=canary(f"{prefix}signal"), user_id=user_id, kind="sign_up", key_id="x", created_at=now, **shown)
        log: dict[str, Any] = {"user_id": user_id, "model": "m", "created_at": now}
        yield GenerationLog(id=canary(f"{prefix}generation_log"), prompt=canary(f"{prefix}generation_log"), **log)
        entry: dict[str, Any] = {"user_id": user_id, "amount": 1, "created_at": now}
        yield LedgerEntry(id=canary(f"{prefix}ledger_entry"), key=canary(f"{prefix}ledger_entry"), **entry)
    yield TransferNotice(user_id=zed, provider=canary("gone_transfer_notice"), place="x", acknowledged_at=now)
    known = canary("gone_policy_acknowledgement")
    yield PolicyAcknowledgement(user_id=zed, version_id=known, way="notice", acknowledged_at=now)
    yield PolicyMail(id=canary("gone_policy_mail"), version_id="privacy-1", user_id=zed, created_at=now)
    yield PrivacyRequest(id=canary("gone_privacy_request"), user_id=zed, kind="question", created_at=now, due_at=now)
    shape: dict[str, Any] = {"aspect_ratio": "1:1", "width": 1, "height": 1, "count": 1, "seed": 1, "params": {}}
    what: dict[str, Any] = {"model": "m", "provider": "builtin", "request_id": "", "price": 1, "state": "done"}
    yield Generation(
        id=canary("gone_generation"), owner_id=zed, prompt=canary("gone_generation"), created_at=now, **what, **shape
    )
    yield image(zed, "gone_image", now)
    yield image(zed, "gone_mask", now, "mask")
    result = image(zed, "gone_result", now, "result")
    result.generation_id = canary("gone_generation")
    yield result
    choices: dict[str, Any] = {"downloads": True, "shows_prompt": False, "shows_source": False}
    for name in ("share", "reported_share", "live_share"):
        ended = None if name == "live_share" else now
        yield Share(id=canary(name), owner_id=ann, token_hash=name, created_at=now, revoked_at=ended, **choices)
    yield ShareImage(share_id=canary("share"), image_id=canary("kept"), position=0, made_by=canary("share_image"))
    yield ShareReport(
        id=canary("share_report"),
        share_id=canary("reported_share"),
        reason="other",
        created_at=now,
        due_at=now,
        closed_at=now,
    )
    share = canary("gone_share")
    yield Share(id=share, owner_id=zed, token_hash="x", title=share, created_at=now, **choices)
    yield ShareImage(share_id=share, image_id=canary("gone_image"), position=0, made_by=canary("gone_share_image"))
    collection = canary("gone_collection")
    yield Collection(id=collection, owner_id=zed, name=collection, created_at=now)
    yield CollectionPicture(collection_id=canary("gone_collection"), image_id=canary("gone_image"))
    yield PromptWord(owner_id=zed, word=canary("gone_prompt_word"), generation_id="x")
    report = canary("gone_share_report")
    yield ShareReport(id=report, share_id=share, reason="other", note=report, created_at=now, due_at=now)


def file(path: Path, at: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{path.stem} {path.parent.name}")
    os.utime(path, (at.timestamp(), at.timestamp()))


async def everything_is_there(parts: Container, now: datetime) -> None:
    """Every canary, in rows and files."""
    async with parts.db.unit_of_work() as uow:
        await a_person(uow, "ann", now)
        zed = canary("gone_user")
        uow.session.add(
            User(
                id="id-of-zed",
                email=ZEDS_ADDRESS,
                email_typed=ZEDS_ADDRESS,
                username=zed,
                username_skeleton=zed,
                adult_confirmed_at=now,
                created_at=now,
                mail_after_minutes=_MINUTES,
            )
        )
        await uow.session.flush()
        for row in rows(now):  # one after the other: some point to those before
            uow.session.add(row)
            await uow.session.flush()
    data, media = parts.settings.data_dir, parts.settings.media_dir
    file(data / "outbox" / f"{canary('outbox')}.eml", now)
    file(data / "exports" / f"{canary('data_export')}.zip", now)
    file(data / "exports" / f"{canary('gone_data_export')}.zip", now)
    file(data / "tmp" / canary("upload"), now)
    for name in ("trash", "kept", "gone_image", "stray"):
        file(media / "sources" / canary(name) / "original", now)
    file(media / "masks" / canary("gone_mask") / "original", now)
    file(media / "results" / "id-of-zed" / canary("gone_result") / "original", now)


async def found(parts: Container) -> set[str]:
    """Every canary that is anywhere: in a table, in a file's name or content."""
    texts = []
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for table in tables.metadata.sorted_tables:
            result = await connection.execute(select(*(cast(column, String) for column in table.columns)))
            texts += [str(value) for row in result for value in row]
    for path in parts.settings.data_dir.rglob("*"):
        texts.append(str(path))
        if path.is_file() and not path.name.startswith("kaleipix.db"):
            texts.append(path.read_bytes().decode("latin-1"))
    return set().union(*map(canaries, texts))


async def bytes_of_the_database(parts: Container) -> set[str]:
    """What a forensic look at SQLite's files finds."""
    names: set[str] = set()
    for path in parts.settings.data_dir.glob("kaleipix.db*"):
        names |= canaries(path.read_bytes().decode("latin-1"))
    return names


async def in_a_copy(parts: Container, user_id: str) -> dict[str, set[str]]:
    """Every canary that somebody's copy has, by the file it is in; nobody's has none."""
    async with parts.db.reading() as uow:
        person = await Person.find(uow, user_id)
    path = parts.settings.data_dir.parent / "copy.zip"
    if person is None:
        return {}
    await parts.archive.write(person, path, parts.clock.now())
    with ZipFile(path) as archive:
        texts = {name: name + archive.read(name).decode("latin-1") for name in archive.namelist()}
    return {name: canaries(text) for name, text in texts.items()}


def kept() -> list[Category]:
    return [one for one in CATEGORIES if one.tables or one.files]


async def test_every_category_of_the_data_map_has_a_canary(parts: Container, clock: MovableClock) -> None:
    """A new one fails here until it has one: in its columns, its files, and the copy that its person gets."""
    await everything_is_there(parts, clock.time)
    copy = await in_a_copy(parts, "id-of-zed")
    folder = parts.settings.data_dir
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*canary*/*")]
    files += [path.relative_to(folder).as_posix() for path in folder.rglob("*canary*")]
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for one in kept():
            texts = []
            for held in one.tables:
                table = tables.metadata.tables[held.table]
                result = await connection.execute(select(*(cast(table.c[name], String) for name in held.columns)))
                texts += [str(value) for row in result for value in row]
            assert not one.tables or canaries(" ".join(texts)), f"no row of {one.key} has a canary"
            for pattern in one.files:
                assert [name for name in files if fnmatch(name, pattern)], f"no file {pattern} has a canary"
            assert not one.tables or copy[f"data/{one.key}.json"], f"the copy has no canary of {one.key}"
            assert one.period is None or one.period in DEADLINES.values(), f"nobody waits for the day of {one.key}"
    dated = [name for name, owned in OWNED.items() if owned.goes is not Goes.AT_ONCE]
    assert {f"gone_{name}" for name in dated} <= set(DEADLINES)


async def test_each_is_found_the_day_before_and_nowhere_the_day_after(parts: Container, clock: MovableClock) -> None:
    began = clock.time
    await everything_is_there(parts, began)
    assert set(DEADLINES) <= await found(parts)
    with capture_logs() as lines:
        async for _ in parts.erasure.by_operator("id-of-zed", now=False):
            pass
        await parts.post.close()
        at_once = {f"gone_{name}" for name, owned in OWNED.items() if owned.goes is Goes.AT_ONCE}
        at_once |= {"gone_result", "gone_mask"}
        assert at_once & await found(parts) == set(), "content went at once, links with it"
        for moment in sorted({period.after(began) for period in DEADLINES.values()}):
            for then in (moment - timedelta(hours=1), moment):
                clock.time = then
                await parts.cleanups.run()
                there, copy = await found(parts), set().union(*(await in_a_copy(parts, "id-of-ann")).values())
                for name, period in DEADLINES.items():
                    is_kept = then < period.after(began)
                    assert (name in there) is is_kept, (name, then)
                    assert (name in copy) is (is_kept and name in IN_ANNS_COPY), (name, then)
                assert bool(await in_a_copy(parts, "id-of-zed")) is ("gone_user" in there)
    assert {"kept", "live_share", "ledger_entry"} <= await found(parts), "what has no deadline stays"
    if parts.db.is_sqlite:
        await asyncio.sleep(0)
        left = await bytes_of_the_database(parts)
        assert {name for name in left if name in DEADLINES} == set()
    assert "canary" not in str([line for line in lines if line["event"] != "alert_pictures_missing"])


async def test_the_key_of_a_month_goes_with_the_last_of_its_hashes(parts: Container, clock: MovableClock) -> None:
    async def sign_in(day: datetime) -> None:
        clock.time = day
        async with parts.db.unit_of_work() as uow:
            await parts.signals.record(uow, "id-of-ann", "sign_in", Traces(address="203.0.113.7/32"), profiled=True)

    async def left() -> tuple[list[str], int]:
        await parts.cleanups.run()
        async with parts.db.reading() as uow:
            keys = (await uow.session.exec(select_models(SignalKey.id).order_by(SignalKey.id))).all()
            return list(keys), len((await uow.session.exec(select_models(Signal.id))).all())

    end_of_november = datetime(2026, 12, 1, tzinfo=UTC)
    await sign_in(datetime(2026, 11, 1, tzinfo=UTC))
    await sign_in(end_of_november - timedelta(seconds=1))
    await sign_in(end_of_november)
    async with parts.db.reading() as uow:
        november = await uow.session.get_one(SignalKey, "2026-11")
    clock.time = periods.SIGNALS.after(end_of_november) - timedelta(seconds=2)
    assert await left() == (["2026-11", "2026-12"], 2)
    clock.time = periods.SIGNALS.after(end_of_november)
    dry = {one.name: one.removed for one in await parts.cleanups.run(dry=True)}
    assert (dry["signals"], dry["signal_keys"]) == (2, 1)
    assert await left() == (["2026-12"], 0)
    for path in parts.settings.data_dir.glob("kaleipix.db*"):
        assert november.secret.encode() not in path.read_bytes(), "nor is it left in the files"


@pytest.mark.parametrize("months", [12, 84])
def test_calendar_months_end_where_the_month_ends(months: int) -> None:
    period = periods.Period("x", months=months)
    leap = datetime(2028, 2, 29, 12)
    assert period.after(leap).day == 28
    assert period.before(leap).day == 28
    for day in range(1, 1500):
        moment = datetime(2026, 1, 1) + timedelta(days=day)
        assert period.before(period.after(moment)) <= moment
