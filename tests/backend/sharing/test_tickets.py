"""What an operator does with reports, on both kinds of database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PIL import Image as Pillow
from structlog.testing import capture_logs

from kaleipix_app.backend.abuse.limits import Limiter
from kaleipix_app.backend.errors import Conflict, NotFound
from kaleipix_app.backend.sharing.addresses import Addresses
from kaleipix_app.backend.sharing.cleanups import cleanups
from kaleipix_app.backend.sharing.links import OwnLink
from kaleipix_app.backend.sharing.reports import Reports
from kaleipix_app.backend.sharing.tickets import Ticket, Tickets
from kaleipix_app.backend.tokens import Keyring
from tests.backend.media.samples import file, photo
from tests.backend.sharing.test_links import BASE, Desk, desk

__all__ = ["desk"]


@pytest.fixture
def tickets(desk: Desk, keyring: Keyring) -> Tickets:
    return Tickets(desk.db, desk.storage, desk.clock, Addresses(keyring, BASE), desk.rung.append)


async def report(desk: Desk, link: OwnLink) -> None:
    async with desk.db.unit_of_work() as uow:
        await Reports(desk.clock, Limiter(desk.clock)).open(uow, link.id, "203.0.113.0/24", "person", "me")


async def one(tickets: Tickets) -> Ticket:
    (found,) = await tickets.open()
    return found


async def assert_nothing(desk: Desk, link: OwnLink) -> None:
    with pytest.raises(NotFound):
        await desk.shown(link)


async def test_a_picture_is_taken_down_with_every_identical_copy_of_anybody(desk: Desk, tickets: Tickets) -> None:
    copy = await desk.images.keep_source(desk.db, desk.bob.user_id, file(photo(), "PNG"))
    other = await desk.images.keep_source(desk.db, desk.bob.user_id, file(Pillow.new("RGB", photo().size), "PNG"))
    reported, second = await desk.create(desk.pictures[0]), await desk.create(desk.pictures[1])
    of_bob, harmless = await desk.create(copy.id, who=desk.bob), await desk.create(other.id, who=desk.bob)
    await report(desk, reported)
    await report(desk, reported)
    assert await desk.shown(reported), "a report hides nothing"
    assert await tickets.take_down((await tickets.open())[0].id) == 3
    for link in (reported, second, of_bob):
        await assert_nothing(desk, link)
    assert await desk.shown(harmless) == [other.id]
    assert await tickets.open() == [], "all reports of the link are answered"
    assert {desk.ann.user_id, desk.bob.user_id} <= set(desk.rung)
    async with desk.db.reading() as uow:
        told = await desk.links.taken_down(uow, desk.bob)
    assert [(one.image_id, one.reason, one.at) for one in told] == [(copy.id, "person", desk.clock.now())]
    with pytest.raises(Conflict, match="cannot be shared again"):
        await desk.create(copy.id, who=desk.bob)


async def test_a_dismissed_report_leaves_everything_and_is_closed_once(desk: Desk, tickets: Tickets) -> None:
    link = await desk.create()
    await report(desk, link)
    ticket = await one(tickets)
    assert (ticket.address, ticket.reason, ticket.note) == (link.address, "person", "me")
    await tickets.dismiss(ticket.id)
    assert await desk.shown(link) == desk.pictures
    for again in (tickets.dismiss, tickets.take_down):
        with pytest.raises(NotFound, match="reports list"):
            await again(ticket.id)


async def test_after_48_hours_a_report_is_overdue_and_the_operator_is_alerted(desk: Desk, tickets: Tickets) -> None:
    link = await desk.create()
    await report(desk, link)
    (look, _) = cleanups(desk.db, tickets)
    for hours, counts in ((47, (1, 0)), (1, (1, 1))):
        desk.clock.move(hours=hours)
        with capture_logs() as lines:
            await look.remove(desk.clock.now(), False)
        assert await tickets.counts() == counts
        assert (await one(tickets)).is_overdue is bool(counts[1])
        assert len([line for line in lines if line["event"] == "alert_share_reports_overdue"]) == counts[1]


async def test_an_ended_link_goes_after_30_days_unless_a_report_of_it_is_open(desk: Desk, tickets: Tickets) -> None:
    quiet, loud = await desk.create(), await desk.create()
    await report(desk, loud)
    (_, links) = cleanups(desk.db, tickets)
    ended = desk.clock.now() + timedelta(days=7)
    for at, gone in ((ended + timedelta(days=29), 0), (ended + timedelta(days=30), 1), (ended + timedelta(days=90), 0)):
        assert await links.remove(at, False) == gone
    assert (await one(tickets)).address == loud.address
    await assert_nothing(desk, quiet)
