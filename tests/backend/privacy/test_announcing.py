"""A significant version: one mail to each person whoever is stopped, and a notice until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.mail.base import MailFailed, Message
from kaleipix_app.backend.privacy.models import PolicyAcknowledgement, PolicyMail
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock, make_tables
from tests.factories import a_person

TODAY = date(2026, 11, 24)


class Postbox:
    """Where mails end; it can refuse, be away, or take a mail and never answer."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refused: set[str] = set()
        self.is_away = False
        self.silent_after: int | None = None
        self.answer = asyncio.Event()

    async def send(self, message: Message) -> None:
        if self.is_away:
            raise MailFailed("away", permanent=False)
        if message.to in self.refused:
            raise MailFailed("no such mailbox", permanent=True)
        self.taken.append(message)
        if self.silent_after is not None and len(self.taken) > self.silent_after:
            await self.answer.wait()

    @property
    def addresses(self) -> list[str]:
        return sorted(message.to for message in self.taken)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def container(tmp_path: Path, db_url: str, clock: MovableClock, postbox: Postbox) -> Container:
    return Container(Settings(data_dir=tmp_path / "data", db_url=SecretStr(db_url)), clock=clock, mailer=postbox)


@pytest.fixture
async def parts(tmp_path: Path, db_url: str, clock: MovableClock, postbox: Postbox) -> AsyncIterator[Container]:
    made = container(tmp_path, db_url, clock, postbox)
    await make_tables(made.db)
    await made.policies.publish()
    yield made
    await made.post.close()
    made.ingest.close()
    await made.db.close()


async def person(parts: Container, name: str) -> Viewer:
    async with parts.db.unit_of_work() as uow:
        return await a_person(uow, name, parts.clock.now())


async def change(parts: Container, user_id: str, **values: object) -> None:
    async with parts.db.unit_of_work() as uow:
        user = await uow.session.get_one(User, user_id)
        for name, value in values.items():
            setattr(user, name, value)


async def publish(parts: Container, words: str = "Backups are kept for 14 days.", day: date = TODAY) -> int:
    return (await parts.publishing.publish(words, day, significant=True)).number


async def told(parts: Container, viewer: Viewer) -> tuple[int, str] | None:
    async with parts.db.reading() as uow:
        found = await parts.announcing.open(uow, viewer.user_id)
    return (found.number, found.address) if found else None


async def acknowledge(parts: Container, viewer: Viewer, number: int) -> None:
    async with parts.db.unit_of_work() as uow:
        await parts.announcing.acknowledge(uow, viewer, number)


async def records(parts: Container) -> list[tuple[str, str, str]]:
    async with parts.db.reading() as uow:
        found = await uow.session.exec(select(PolicyAcknowledgement))
        return sorted((row.user_id, row.version_id, row.way) for row in found.all())


async def test_everybody_gets_one_mail_however_often_it_is_sent(
    parts: Container, postbox: Postbox, clock: MovableClock
) -> None:
    names = [f"person{number:02}" for number in range(20)]
    for name in names:
        await person(parts, name)
    clock.move(hours=1)
    await publish(parts)
    first = await parts.policy_mails.send()
    again = await parts.policy_mails.send()
    assert ((first.sent, first.left), (again.sent, again.left)) == ((20, 0), (0, 0))
    assert postbox.addresses == [f"{name}@example.com" for name in names]
    mail = postbox.taken[0]
    assert mail.subject == "The Kaleipix privacy policy of 24 November 2026"
    assert f"{parts.settings.url}/privacy?version=2&since=1" in mail.text
    assert max(len(line) for line in mail.text.splitlines()) < 79
    assert len({mail.key for mail in postbox.taken}) == 20


async def test_what_was_stopped_half_way_is_finished_by_the_next_run(
    parts: Container, postbox: Postbox, tmp_path: Path, db_url: str, clock: MovableClock
) -> None:
    for number in range(20):
        await person(parts, f"person{number:02}")
    await publish(parts)
    postbox.silent_after = 10
    killed = asyncio.create_task(parts.policy_mails.send())
    async with asyncio.timeout(10):
        while len(postbox.taken) < 11:  # the eleventh: taken, and no answer
            await asyncio.sleep(0.01)
    other = container(tmp_path, db_url, clock, postbox)
    assert (await asyncio.wait_for(other.policy_mails.send(), 10)).elsewhere, "one process at a time"
    await other.db.close()
    killed.cancel()
    postbox.answer.set()
    await asyncio.wait([killed])
    assert (await parts.policy_mails.send()).left == 0
    assert len(postbox.taken) == len({mail.to for mail in postbox.taken}) == 20


async def test_a_mail_server_that_is_away_is_tried_again_and_a_refusal_is_final(
    parts: Container, postbox: Postbox
) -> None:
    await person(parts, "ann")
    await person(parts, "bob")
    await publish(parts)
    postbox.is_away = True
    assert ((await parts.policy_mails.send()).left, postbox.taken) == (2, [])
    postbox.is_away, postbox.refused = False, {"bob@example.com"}
    assert (await parts.policy_mails.send()).left == 0
    postbox.refused = set()
    await parts.policy_mails.send()
    assert postbox.addresses == ["ann@example.com"]


async def test_who_is_on_the_way_out_gets_it_once_they_are_back(
    parts: Container, postbox: Postbox, clock: MovableClock
) -> None:
    ann, bob = await person(parts, "ann"), await person(parts, "bob")
    await change(parts, bob.user_id, deleted_at=clock.now())
    number = await publish(parts)
    await parts.policy_mails.send()
    assert postbox.addresses == ["ann@example.com"]
    await change(parts, bob.user_id, deleted_at=None)
    assert await told(parts, bob) == await told(parts, ann) == (number, "/privacy?version=2&since=1")
    await parts.policy_mails.send()
    assert postbox.addresses == ["ann@example.com", "bob@example.com"]


async def test_who_signs_up_afterwards_knows_it_by_that(
    parts: Container, postbox: Postbox, clock: MovableClock
) -> None:
    number = await publish(parts)
    clock.move(minutes=1)
    async with parts.db.unit_of_work() as uow:
        ann = await a_person(uow, "ann", clock.now())
        await parts.announcing.joined(uow, ann.user_id)
    await parts.policy_mails.send()
    assert (await told(parts, ann), postbox.taken) == (None, [])
    assert await records(parts) == [(ann.user_id, f"privacy-{number}", "sign-up")]


async def test_an_acknowledgement_is_recorded_once(parts: Container, clock: MovableClock) -> None:
    ann, bob = await person(parts, "ann"), await person(parts, "bob")
    rung: list[str] = []
    parts.feed.subscribe(rung.append)
    number = await publish(parts)
    clock.move(hours=1)
    await asyncio.gather(*(acknowledge(parts, ann, number) for _ in range(4)))
    assert (await told(parts, ann), rung) == (None, [ann.user_id])
    assert await told(parts, bob) is not None
    assert await records(parts) == [(ann.user_id, "privacy-2", "notice")]
    async with parts.db.reading() as uow:
        consent = (await parts.centre.choices(uow, ann)).consents[-1]
    assert (consent.text, consent.at, consent.can_be_withdrawn) == (
        "You know version 2 of the privacy policy, of 24 November 2026",
        clock.now(),
        False,
    )


async def test_several_are_one_notice_and_none_is_acknowledged_unseen(parts: Container, clock: MovableClock) -> None:
    ann = await person(parts, "ann")
    await publish(parts, "First.")
    clock.move(hours=1)
    await publish(parts, "Second.", TODAY + timedelta(days=7))
    assert await told(parts, ann) == (3, "/privacy?version=3&since=1")
    await acknowledge(parts, ann, 2)  # a tab that had not heard of the second
    assert await told(parts, ann) == (3, "/privacy?version=3&since=2")
    await acknowledge(parts, ann, 99)
    assert await told(parts, ann) is None


async def test_an_insignificant_version_tells_nobody(parts: Container, postbox: Postbox) -> None:
    ann = await person(parts, "ann")
    await parts.publishing.publish("A typo less.", TODAY, significant=False)
    await parts.policy_mails.send()
    assert (await told(parts, ann), postbox.taken) == (None, [])


async def test_the_studio_notices_what_a_command_published(parts: Container, postbox: Postbox) -> None:
    await person(parts, "ann")
    appeared, looking = asyncio.Event(), asyncio.create_task(parts.policy_mails.watch(lambda: appeared.set()))
    await asyncio.sleep(0)
    await publish(parts)
    await asyncio.wait_for(appeared.wait(), 20)
    async with asyncio.timeout(20):
        while not postbox.taken:
            await asyncio.sleep(0.05)
    await parts.policy_mails.close(looking, 5)
    assert looking.done()


async def test_export_and_erasure_know_it(parts: Container, postbox: Postbox) -> None:
    ann = await person(parts, "ann")
    number = await publish(parts)
    await parts.policy_mails.send()
    await acknowledge(parts, ann, number)
    async with parts.db.reading() as uow:
        consents = next(one for one in await parts.centre.stored(uow, ann) if one.key == "consents")
    assert "changes to this policy" in consents.purpose
    async for _ in parts.erasure.by_operator(ann.user_id, now=True):
        pass
    async with parts.db.reading() as uow:
        assert (await uow.session.exec(select(PolicyMail))).all() == []
    assert await records(parts) == []
