"""The operator's side of a privacy request: answered once, mailed once, and nobody forgets its day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.errors import BadInput, Conflict, NotFound, TooMany
from kaleipix_app.backend.generation.models import TransferNotice
from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock, make_tables
from tests.factories import a_person

CANARY = "canary: who saw my pictures?"


class Letterbox:
    """The outermost edge: what a mail server got; it can be away, or refuse for good."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.trouble: MailFailed | None = None

    async def send(self, message: Message) -> None:
        if self.trouble:
            raise self.trouble
        self.mails.append(message)

    def to(self, address: str) -> list[Message]:
        return [mail for mail in self.mails if mail.to == address]


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
async def parts(tmp_path: Path, db_url: str, clock: MovableClock, letterbox: Letterbox) -> AsyncIterator[Container]:
    settings = Settings(data_dir=tmp_path / "data", db_url=SecretStr(db_url), privacy_email="privacy@example.org")
    made = Container(settings, clock=clock, mailer=letterbox)
    await make_tables(made.db)
    yield made
    await made.post.close()
    made.ingest.close()
    await made.db.close()


@pytest.fixture
async def ann(parts: Container) -> Viewer:
    async with parts.db.unit_of_work() as uow:
        return await a_person(uow, "ann", parts.clock.now())


async def ask(parts: Container, viewer: Viewer, text: str = CANARY) -> str:
    """Send a request; returns its reference."""
    async with parts.db.unit_of_work() as uow:
        await parts.centre.ask(uow, viewer, text)
    await parts.post.close()
    return (await parts.inbox.asked())[-1].id


async def test_it_is_announced_without_its_text_and_waits_for_thirty_days(
    parts: Container, ann: Viewer, letterbox: Letterbox
) -> None:
    reference = await ask(parts, ann)
    (asked,) = await parts.inbox.asked()
    assert (asked.id, asked.username, asked.text) == (reference, "ann", CANARY)
    assert (asked.due_at - asked.created_at).days == 30
    (told,) = letterbox.to("privacy@example.org")
    assert reference in told.text
    assert "canary" not in told.text


async def test_an_answer_is_shown_and_mailed_exactly_once(
    parts: Container, ann: Viewer, letterbox: Letterbox, clock: MovableClock
) -> None:
    reference = await ask(parts, ann)
    clock.move(days=2)
    answers = await asyncio.gather(
        *(parts.inbox.answer(reference, f"  Only you, {number}.  ") for number in range(3)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Conflict", "bool"]
    async with parts.db.reading() as uow:
        (seen,) = await parts.centre.requests(uow, ann)
    assert seen.answered_at == clock.time
    assert seen.answer.startswith("Only you")
    assert await parts.inbox.asked() == []
    for _ in range(2):
        await parts.inbox.remind()
    (mail,) = letterbox.to("ann@example.com")
    assert seen.answer in mail.text
    assert "24 November 2026" in mail.text
    assert f"{parts.settings.url}/account/privacy" in mail.text


async def test_a_mail_server_that_is_away_gets_it_later_and_once(
    parts: Container, ann: Viewer, letterbox: Letterbox
) -> None:
    reference = await ask(parts, ann)
    letterbox.trouble = MailFailed("the line is cut", permanent=False)
    with capture_logs() as lines:
        assert not await parts.inbox.answer(reference, "An answer.")
        await parts.inbox.remind()
    assert "ann@example.com" not in str(lines)
    letterbox.trouble = None
    await parts.inbox.remind()
    await parts.inbox.remind()
    assert len(letterbox.to("ann@example.com")) == 1


async def test_a_mailbox_that_is_no_more_is_not_asked_again(
    parts: Container, ann: Viewer, letterbox: Letterbox
) -> None:
    reference = await ask(parts, ann)
    letterbox.trouble = MailFailed("550", permanent=True)
    assert not await parts.inbox.answer(reference, "An answer.")
    letterbox.trouble = None
    await parts.inbox.remind()
    assert letterbox.to("ann@example.com") == []


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 20_001])
async def test_an_answer_that_is_none_changes_nothing(parts: Container, ann: Viewer, text: str) -> None:
    reference = await ask(parts, ann)
    with pytest.raises(BadInput):
        await parts.inbox.answer(reference, text)
    with pytest.raises(NotFound):
        await parts.inbox.answer("nothing", "An answer.")
    assert len(await parts.inbox.asked()) == 1


async def hour(parts: Container) -> list[str]:
    """One hourly run; returns the alerts of the log."""
    with capture_logs() as lines:
        await parts._hourly()
    assert "canary" not in str(lines)
    return [str(line["event"]) for line in lines if "request" in str(line["event"])]


async def test_its_day_is_remembered_a_week_before_and_once_it_is_past(
    parts: Container, ann: Viewer, letterbox: Letterbox, clock: MovableClock
) -> None:
    reference = await ask(parts, ann)
    letterbox.mails.clear()
    clock.move(days=22, hours=23)
    assert await hour(parts) == []
    assert letterbox.mails == []
    clock.move(hours=1)
    for _ in range(2):
        assert await hour(parts) == ["alert_privacy_request_due_soon"]
    assert [mail.subject for mail in letterbox.mails] == ["A privacy request is due soon"]
    clock.move(days=7)
    for _ in range(2):
        assert await hour(parts) == ["alert_privacy_request_overdue"]
    assert [mail.subject for mail in letterbox.mails][1:] == ["A privacy request is overdue"]
    assert all(reference in mail.text and mail.to == "privacy@example.org" for mail in letterbox.mails)
    await parts.inbox.answer(reference, "Late, sorry.")
    assert await hour(parts) == []


async def test_after_a_long_pause_only_the_worse_of_the_two_is_told(
    parts: Container, ann: Viewer, letterbox: Letterbox, clock: MovableClock
) -> None:
    await ask(parts, ann)
    letterbox.mails.clear()
    clock.move(days=40)
    await hour(parts)
    assert [mail.subject for mail in letterbox.mails] == ["A privacy request is overdue"]


async def test_what_was_done_at_once_is_nobodys_work(parts: Container, ann: Viewer, letterbox: Letterbox) -> None:
    async with parts.db.unit_of_work() as uow:
        await parts.centre.restrict(uow, ann, on=True)
    await parts.inbox.remind()
    assert letterbox.mails == []
    assert await parts.inbox.asked() == []
    (done,) = await parts.inbox.asked(everything=True)
    assert (done.kind, done.answer) == ("restrict", "Done at once.")


async def test_choices_and_requests_have_a_limit_that_is_told(
    parts: Container, ann: Viewer, clock: MovableClock
) -> None:
    centre = parts.centre

    async def act(what: Any, *values: Any, **named: Any) -> None:
        async with parts.db.unit_of_work() as uow:
            await what(uow, ann, *values, **named)

    for number in range(10):
        await act(centre.restrict if number % 4 < 2 else centre.set_objection, on=number % 2 == 0)
    async with parts.db.unit_of_work() as uow:
        uow.session.add(TransferNotice(user_id=ann.user_id, provider="fal", place="x", acknowledged_at=clock.time))
    await act(centre.restrict, on=False)  # changes nothing, and so it counts for nothing
    for what, values, named in (
        (centre.restrict, (), {"on": True}),
        (centre.set_objection, (), {"on": True}),
        (centre.withdraw, ("fal",), {}),
    ):
        with pytest.raises(TooMany, match=r"changed your privacy choices many times\. Please try again in 60 minutes"):
            await act(what, *values, **named)
    for _ in range(6):
        await parts.inbox.answer(await ask(parts, ann), "Yes.")
    with pytest.raises(TooMany, match="several requests"):
        await ask(parts, ann)
    clock.move(hours=1)
    await act(centre.restrict, on=True)
    await ask(parts, ann)


async def test_five_may_wait(parts: Container, ann: Viewer) -> None:
    for _ in range(5):
        await ask(parts, ann)
    with pytest.raises(Conflict, match="waiting for an answer"):
        await ask(parts, ann)
