"""A canary in every category: the day before its deadline it is found, the day after nothing is, anywhere."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, cast, select
from structlog.testing import capture_logs

from kaleipix_app.backend import periods, tables
from kaleipix_app.backend.accounts.models import LoginChallenge, LoginSession, User
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.generation.library.models import Collection, CollectionPicture, PromptWord
from kaleipix_app.backend.generation.models import Generation, GenerationLog, TransferNotice
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.privacy.category import Goes
from kaleipix_app.backend.privacy.datamap import OWNED
from kaleipix_app.backend.privacy.models import DataExport, PrivacyRequest
from kaleipix_app.backend.sharing.models import Share, ShareImage, ShareReport
from tests.conftest import MovableClock
from tests.factories import a_person

_CANARY = re.compile(r"canary-[a-z_]+")
_MONTH = timedelta(days=30)


def canary(name: str) -> str:
    return f"canary-{name}"


#: From the day of writing: how long each canary may be found. Those of the account: from the day of its deletion.
DEADLINES = {
    "login_challenge": periods.LOGIN_CHALLENGES,
    "outbox": periods.OUTBOX,
    "stray": periods.STRAY_FILES,
    "login_session": periods.ENDED_SESSIONS,
    "data_export": periods.EXPORTS,
    "trash": periods.TRASH,
    "share": periods.ENDED_LINKS,
    "share_image": periods.ENDED_LINKS,
    "share_report": periods.REPORTS,
    "reported_share": periods.REPORTS,
    "generation_log": periods.GENERATION_LOG,
    "gone_generation_log": periods.GENERATION_LOG,
    "gone_ledger_entry": periods.PAYMENTS,
    "gone_user": periods.ACCOUNT_AFTER_DELETION,
    "gone_transfer_notice": periods.ACCOUNT_AFTER_DELETION,
    "gone_privacy_request": periods.ACCOUNT_AFTER_DELETION,
}


def image(owner: str, name: str, at: datetime) -> Image:
    sizes: dict[str, Any] = {"content_type": "image/png", "width": 1, "height": 1, "byte_size": 1}
    return Image(
        id=canary(name), owner_id=owner, kind="source", storage_key=f"sources/{canary(name)}", created_at=at, **sizes
    )


def rows(now: datetime) -> Iterator[Any]:
    """One of each: Ann stays, Zed (`gone_…`) deletes the account today."""
    ann, zed = "id-of-ann", "id-of-zed"
    challenge: dict[str, Any] = {"email": "x@example.com", "email_typed": "x@example.com", "code_hash": "x"}
    yield LoginChallenge(id=canary("login_challenge"), **challenge, created_at=now, expires_at=now)
    session: dict[str, Any] = {"user_id": ann, "last_seen_at": now, "expires_at": now + timedelta(days=60)}
    yield LoginSession(id=canary("login_session"), token_hash="x", **session, created_at=now, revoked_at=now)
    yield DataExport(id=canary("data_export"), user_id=ann, state="ready", requested_at=now, finished_at=now)
    trashed = image(ann, "trash", now)
    trashed.deleted_at = now
    yield trashed
    yield image(ann, "kept", now)
    for prefix, user_id in (("", ann), ("gone_", zed)):
        log: dict[str, Any] = {"user_id": user_id, "model": "m", "created_at": now}
        yield GenerationLog(id=canary(f"{prefix}generation_log"), prompt=canary(f"{prefix}generation_log"), **log)
        entry: dict[str, Any] = {"user_id": user_id, "amount": 1, "created_at": now}
        yield LedgerEntry(id=canary(f"{prefix}ledger_entry"), key=canary(f"{prefix}ledger_entry"), **entry)
    yield TransferNotice(user_id=zed, provider=canary("gone_transfer_notice"), place="x", acknowledged_at=now)
    yield PrivacyRequest(id=canary("gone_privacy_request"), user_id=zed, kind="question", created_at=now, due_at=now)
    shape: dict[str, Any] = {"aspect_ratio": "1:1", "width": 1, "height": 1, "count": 1, "seed": 1, "params": {}}
    what: dict[str, Any] = {"model": "m", "provider": "builtin", "request_id": "", "price": 1, "state": "done"}
    yield Generation(
        id=canary("gone_generation"), owner_id=zed, prompt=canary("gone_generation"), created_at=now, **what, **shape
    )
    yield image(zed, "gone_image", now)
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
                email="zed@example.com",
                email_typed="zed@example.com",
                username=zed,
                username_skeleton=zed,
                adult_confirmed_at=now,
                created_at=now,
            )
        )
        await uow.session.flush()
        for row in rows(now):  # one after the other: some point to those before
            uow.session.add(row)
            await uow.session.flush()
    data, media = parts.settings.data_dir, parts.settings.media_dir
    file(data / "outbox" / f"{canary('outbox')}.eml", now)
    file(data / "exports" / f"{canary('data_export')}.zip", now)
    for name in ("trash", "kept", "gone_image", "stray"):
        file(media / "sources" / canary(name) / "original", now)


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
    return {name.removeprefix("canary-") for text in texts for name in _CANARY.findall(text)}


async def bytes_of_the_database(parts: Container) -> set[str]:
    """What a forensic look at SQLite's files finds."""
    names = set()
    for path in parts.settings.data_dir.glob("kaleipix.db*"):
        names |= set(_CANARY.findall(path.read_bytes().decode("latin-1")))
    return {name.removeprefix("canary-") for name in names}


async def test_each_is_found_the_day_before_and_nowhere_the_day_after(parts: Container, clock: MovableClock) -> None:
    began = clock.time
    await everything_is_there(parts, began)
    every = await found(parts)
    assert set(DEADLINES) <= every
    covered = {name.removeprefix("gone_") for name in every}
    assert set(OWNED) - {"image", "collection_picture"} <= covered | {"trash"}, "every table of the data map has one"
    async for _ in parts.erasure.by_operator("id-of-zed", now=False):
        pass
    at_once = {f"gone_{name}" for name, owned in OWNED.items() if owned.goes is Goes.AT_ONCE}
    assert at_once & await found(parts) == set(), "content went at once, links with it"
    moments = sorted({period.after(began) for period in DEADLINES.values()})
    with capture_logs() as lines:
        for moment in moments:
            for then in (moment - timedelta(hours=1), moment):
                clock.time = then
                await parts.cleanups.run()
                there = await found(parts)
                for name, period in DEADLINES.items():
                    assert (name in there) is (then < period.after(began)), (name, then)
    assert {"kept", "live_share", "ledger_entry"} <= await found(parts), "what has no deadline stays"
    if parts.db.is_sqlite:
        await asyncio.sleep(0)
        left = await bytes_of_the_database(parts)
        assert {name for name in left if name in DEADLINES} == set()
    assert "canary" not in str([line for line in lines if line["event"] != "alert_pictures_missing"])


@pytest.mark.parametrize("months", [12, 84])
def test_calendar_months_end_where_the_month_ends(months: int) -> None:
    period = periods.Period("x", months=months)
    leap = datetime(2028, 2, 29, 12)
    assert period.after(leap).day == 28
    assert period.before(leap).day == 28
    for day in range(1, 1500):
        moment = datetime(2026, 1, 1) + timedelta(days=day)
        assert period.before(period.after(moment)) <= moment
