"""A deleted account: content at once, the rest after thirty days or not at all, whatever stops in between."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Pillow
from sqlmodel import func, select

from kaleipix_app.backend import tables
from kaleipix_app.backend.abuse.models import Signal
from kaleipix_app.backend.abuse.signals import Traces
from kaleipix_app.backend.accounts.fresh import FreshCodeNeeded
from kaleipix_app.backend.accounts.leaving import BeingErased
from kaleipix_app.backend.accounts.models import LoginSession, User
from kaleipix_app.backend.accounts.signin import SignedIn
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.credits.models import LedgerEntry
from kaleipix_app.backend.errors import SignInNeeded
from kaleipix_app.backend.generation.models import Generation, GenerationLog
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.mail import messages
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.privacy.category import Goes
from kaleipix_app.backend.privacy.datamap import OWNED
from tests.conftest import MovableClock
from tests.factories import a_person

CANARY = "canary of ann in a prompt"
TRACES = Traces("ab" * 32, "203.0.113.7/32", "Mozilla/5.0", "de")
DRAFT = Draft("kaleidoscope", CANARY, "1:1", params={"style": "pixel"})


async def an_owner(parts: Container, name: str) -> tuple[Viewer, str]:
    """Somebody with a session, a picture and a generation that waits."""
    buffer = BytesIO()
    Pillow.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    prepared = await parts.images.prepare(buffer.getvalue())
    async with parts.db.unit_of_work() as uow:
        await a_person(uow, name, parts.clock.now())
        user = await uow.session.get_one(User, f"id-of-{name}")
        secret = await parts.sessions.start(uow, user)
        await parts.signals.record(uow, user.id, "sign_up", TRACES, profiled=True)
        await parts.images.add_source(uow, user.id, prepared)
        viewer = await parts.sessions.viewer(uow, secret)
        assert viewer is not None
        await parts.generations.request(uow, viewer, DRAFT)
        session = await uow.session.get_one(LoginSession, viewer.session_id)
        session.fresh_until = parts.clock.now() + timedelta(minutes=10)
    return viewer, secret


@pytest.fixture
async def ann(parts: Container) -> Viewer:
    viewer, _ = await an_owner(parts, "ann")
    return viewer


async def counts(parts: Container, user_id: str = "id-of-ann") -> dict[str, int]:
    """Rows of a person in every table that has an owner."""
    found = {}
    async with parts.db.reading() as uow:
        connection = await uow.session.connection()
        for name, owned in OWNED.items():
            table = tables.metadata.tables[name]
            value = f"{user_id.removeprefix('id-of-')}@example.com" if owned.by == "email" else user_id
            if owned.via:
                continue
            query = select(func.count()).select_from(table).where(table.c[owned.column] == value)
            found[name] = (await connection.execute(query)).scalar_one()
    return found


def noted(parts: Container) -> Counter[str]:
    """What the list outside of the database has, by kind."""
    lines = (parts.settings.data_dir / "erased.txt").read_text().splitlines()
    return Counter([*line.split(), "person"][2] for line in lines)


def stored(parts: Container) -> list[Path]:
    return [path for path in parts.settings.media_dir.rglob("*") if path.is_file()]


async def sign_in(parts: Container, address: str) -> object:
    """What the last step of a sign-in answers."""
    async with parts.db.unit_of_work() as uow:
        user = await parts.people._find(uow, address)
        return await parts.signin._refusal(uow, user) or await parts.signin._start(uow, user)


async def test_it_needs_a_fresh_code(parts: Container, ann: Viewer, clock: MovableClock) -> None:
    clock.move(minutes=11)
    before = await counts(parts)
    with pytest.raises(FreshCodeNeeded):
        await parts.erasure.delete(ann)
    assert await counts(parts) == before


async def test_content_goes_at_once_and_the_account_stays_and_comes_back(
    parts: Container, ann: Viewer, clock: MovableClock
) -> None:
    _, secret = await an_owner(parts, "bob")
    others = await counts(parts, "id-of-bob")
    await parts.erasure.delete(ann)
    left = await counts(parts)
    assert {name: left[name] for name, owned in OWNED.items() if owned.goes is Goes.AT_ONCE and left.get(name)} == {}
    assert left["user"] == left["generation_log"] == left["signal"] == 1
    assert await counts(parts, "id-of-bob") == others
    async with parts.db.reading() as uow:
        assert await parts.sessions.viewer(uow, secret) is not None
        assert await parts.ledger.balance(uow, ann.user_id) == 40, "what was under way is paid back"
        mine = select(LoginSession.revoked_at).where(LoginSession.user_id == ann.user_id)
        assert (await uow.session.exec(mine)).one() is not None
    assert len({path.parent for path in stored(parts)}) == 1, "only Bob's picture is left"
    with pytest.raises(SignInNeeded):
        async with parts.db.unit_of_work() as uow:
            await parts.generations.request(uow, ann, DRAFT)
    clock.move(days=29, hours=23)
    await parts.cleanups.run()
    assert isinstance(await sign_in(parts, "ann@example.com"), SignedIn)
    clock.move(days=60)
    await parts.cleanups.run()
    assert (await counts(parts))["user"] == 1, "it came back for good"


async def test_after_thirty_days_it_is_gone_and_the_books_stay(
    parts: Container, ann: Viewer, clock: MovableClock
) -> None:
    await parts.erasure.delete(ann)
    await parts.post.close()
    outbox = parts.settings.data_dir / "outbox"
    assert len(list(outbox.glob("*.eml"))) == 1
    clock.move(days=30)
    assert isinstance(await sign_in(parts, "ann@example.com"), BeingErased), "not in the hour between either"
    dry = {one.name: one.removed for one in await parts.cleanups.run(dry=True)}
    assert (dry["accounts"], (await counts(parts))["user"]) == (1, 1)
    await parts.cleanups.run()
    left = {name: count for name, count in (await counts(parts)).items() if count}
    assert set(left) == {"generation_log", "ledger_entry"}
    assert list(outbox.glob("*.eml")) == []
    assert stored(parts) == []
    assert noted(parts) == Counter({"picture": 1, "person": 1})
    assert "ann" not in (parts.settings.data_dir / "erased.txt").read_text()
    async with parts.db.reading() as uow:
        signal = (await uow.session.exec(select(Signal))).one()
        assert (signal.user_id, signal.user_agent) == (None, "Mozilla/5.0"), "of nobody, until its day"
        assert await parts.signals.with_fingerprint(uow, TRACES.fingerprint) == []
    clock.move(days=336)
    await parts.cleanups.run()
    assert {name for name, count in (await counts(parts)).items() if count} == {"ledger_entry"}
    clock.move(days=6 * 366)
    await parts.cleanups.run()
    assert sum((await counts(parts)).values()) == 0


async def test_who_comes_back_while_it_runs_keeps_what_is_left(parts: Container, ann: Viewer) -> None:
    steps = parts.erasure.by_operator(ann.user_id, now=False)
    assert (await anext(steps)).name == "generations stopped"
    await sign_in(parts, "ann@example.com")
    async with parts.db.unit_of_work() as uow:
        again = Viewer(ann.user_id, "ann", "ann@example.com", False, "another")
        await parts.generations.request(uow, again, DRAFT)
    async for _ in steps:
        pass
    async with parts.db.reading() as uow:
        states = (await uow.session.exec(select(Generation.state).order_by(Generation.id))).all()
    assert "queued" in states


async def test_mails_that_are_kept_as_files_go_with_it_and_only_theirs(parts: Container, ann: Viewer) -> None:
    await an_owner(parts, "bob")
    for address in ("ann@example.com", "bob@example.com", "Ann@Example.com"):
        parts.post.send_soon(messages.account_restored(to=address))
    await parts.post.close()
    outbox = parts.settings.data_dir / "outbox"
    assert len(list(outbox.glob("*.eml"))) == 3
    async for _ in parts.erasure.by_operator(ann.user_id, now=True):
        pass
    await parts.post.close()
    (left,) = outbox.glob("*.eml")
    assert "bob@example.com" in left.read_text(), "and no new one to Ann: there is no way back to tell of"


async def test_no_byte_of_it_is_left_in_the_files_of_the_database(parts: Container, ann: Viewer) -> None:
    if not parts.db.is_sqlite:
        pytest.skip("PostgreSQL overwrites in its own time")
    async with parts.db.unit_of_work() as uow:
        for row in (await uow.session.exec(select(GenerationLog))).all():
            await uow.session.delete(row)  # keeps its copy of the prompt, as published
    async for _ in parts.erasure.by_operator(ann.user_id, now=True):
        pass
    for path in parts.settings.data_dir.glob("kaleipix.db*"):
        data = path.read_bytes()
        assert CANARY.encode() not in data, path.name
        assert b"ann@example.com" not in data, path.name
    async with parts.db.reading() as uow:
        assert (await uow.session.exec(select(func.count()).select_from(Image))).one() == 0
        assert (await uow.session.exec(select(func.count()).select_from(LedgerEntry))).one() > 0
