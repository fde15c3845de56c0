"""Privacy centre and the end of an account, as one tab has them."""

from __future__ import annotations

import asyncio

import pytest

from kaleipix_app.backend.abuse.signals import Traces
from kaleipix_app.backend.generation.models import Generation, TransferNotice
from kaleipix_app.state.deletion import AccountDeletion
from kaleipix_app.state.fresh import FreshCode
from kaleipix_app.state.privacy_centre import PrivacyCentre
from tests.house import House
from tests.state.harness import Events, Tab
from tests.state.test_account import codes


@pytest.fixture
async def tab(house: House, events: Events) -> Tab:
    tab = events.tab("tab-of-ann", house.cookies["ann"])
    await tab.send(PrivacyCentre.open())
    return tab


async def test_it_counts_what_there_is_category_by_category(house: House, tab: Tab) -> None:
    centre = await tab.state(PrivacyCentre)
    counts = {line.title: line.count for line in centre.lines}
    assert counts["Source images you upload"] == "1 entry"
    assert counts["Generated images"] == "1 entry"
    assert counts["Prompts"] == "2 entries"
    assert counts["Copies of your data that you asked for"] == "Nothing"
    (log,) = [line for line in centre.lines if line.title.startswith("User ID, prompt text")]
    assert str(house.parts.clock.now().year + 1) in log.goes, "12 months from now"
    assert [consent.text for consent in centre.consents] == ["You are 18 or older"]


async def test_restricted_nothing_is_made_and_what_waits_is_paid_back(house: House, tab: Tab) -> None:
    await tab.send(PrivacyCentre.restrict(True))
    centre = await tab.state(PrivacyCentre)
    assert (centre.restricted, centre.requests[0].status) == (True, "Done at once.")
    async with house.parts.db.reading() as uow:
        row = await uow.session.get_one(Generation, house.queued_id)
        assert row.state == "failed"
        assert await house.parts.ledger.balance(uow, house.ann.user_id) == 39
    with pytest.raises(Exception, match="restricted the use"):
        await house.request()
    await tab.send(PrivacyCentre.restrict(False))
    await house.request()


async def test_an_objection_takes_the_fingerprints_out(house: House, tab: Tab) -> None:
    parts, traces = house.parts, Traces("ab" * 32, "203.0.113.7/32", "Mozilla/5.0", "de")
    async with parts.db.unit_of_work() as uow:
        for viewer in (house.ann, house.bob):
            await parts.signals.record(uow, viewer.user_id, "sign_in", traces, profiled=True)
    titles = ("Browser fingerprint (hash only)", "IP address (hashed)", "User-Agent, Accept-Language headers")

    async def counted() -> list[str]:
        await tab.send(PrivacyCentre.open())
        counts = {line.title: line.count for line in (await tab.state(PrivacyCentre)).lines}
        return [counts[title] for title in titles]

    assert await counted() == ["1 entry", "1 entry", "1 entry"]
    await tab.send(PrivacyCentre.set_objection(True))
    assert await counted() == ["Nothing", "1 entry", "1 entry"]
    async with parts.db.reading() as uow:
        assert await parts.signals.with_fingerprint(uow, traces.fingerprint) == [house.bob.user_id]


async def test_a_confirmation_is_withdrawn_and_asked_for_again(house: House, tab: Tab) -> None:
    parts = house.parts
    async with parts.db.unit_of_work() as uow:
        await parts.transfers.acknowledge(uow, house.ann, "fal")
    await tab.send(PrivacyCentre.open())
    (_, notice) = (await tab.state(PrivacyCentre)).consents
    assert (notice.key, notice.can_be_withdrawn) == ("fal", True)
    await tab.send(PrivacyCentre.withdraw("fal"))
    await tab.send(PrivacyCentre.withdraw("fal"))
    assert "nothing to withdraw" in (await tab.state(PrivacyCentre)).error
    async with parts.db.reading() as uow:
        assert await uow.session.get(TransferNotice, (house.ann.user_id, "fal")) is None


async def test_a_request_has_a_due_date_and_a_limit(house: House, tab: Tab) -> None:
    await tab.send(PrivacyCentre.ask({"request": "Which of my data did you see?"}))
    (request,) = (await tab.state(PrivacyCentre)).requests
    assert request.status.startswith("To be answered by ")
    assert request.text == "Which of my data did you see?"
    await tab.send(PrivacyCentre.ask({"request": "  "}))
    assert "Please write" in (await tab.state(PrivacyCentre)).error
    for _ in range(5):
        await tab.send(PrivacyCentre.ask({"request": "again"}))
    centre = await tab.state(PrivacyCentre)
    assert len(centre.requests) == 5
    assert "waiting for an answer" in centre.error


async def test_an_answer_is_shown_with_its_day(house: House, tab: Tab) -> None:
    await tab.send(PrivacyCentre.ask({"request": "Which of my data did you see?"}))
    await tab.send(PrivacyCentre.set_objection(True))
    (asked,) = await house.parts.inbox.asked()
    await house.parts.inbox.answer(asked.id, "None of it.\nOnly the count.")
    await tab.send(PrivacyCentre.open())
    by_kind = {one.title.split(",")[0]: one for one in (await tab.state(PrivacyCentre)).requests}
    assert by_kind["Request"].status.startswith("Answered on ")
    assert by_kind["Request"].answer == "None of it.\nOnly the count."
    assert (by_kind["Objection"].status, by_kind["Objection"].answer) == ("Done at once.", "")


async def test_who_changes_their_mind_all_the_time_is_told_when_to_go_on(house: House, tab: Tab) -> None:
    for number in range(11):
        await tab.send(PrivacyCentre.set_objection(number % 2 == 0))
    assert "Please try again in" in (await tab.state(PrivacyCentre)).error


async def test_a_copy_is_asked_for_with_a_code_and_announced_by_mail(house: House, tab: Tab, events: Events) -> None:
    await tab.send(PrivacyCentre.ask_copy())
    assert (await tab.state(FreshCode)).shown
    await tab.send(FreshCode.confirm({"code": (await codes(house))[-1]}))
    await asyncio.wait_for(house.parts.exports.finished(), 20)
    await tab.send(PrivacyCentre.open())
    centre = await tab.state(PrivacyCentre)
    assert centre.copy_state == "ready"
    assert centre.copy_address.startswith("/api/exports/")
    await house.parts.post.close()
    mails = [path.read_text() for path in (house.parts.settings.data_dir / "outbox").glob("*.eml")]
    assert any("/account/privacy" in mail for mail in mails)


async def test_an_account_is_deleted_with_a_code(house: House, tab: Tab) -> None:
    await tab.send(AccountDeletion.ask())
    await tab.send(AccountDeletion.delete())
    assert (await tab.state(FreshCode)).shown
    async with house.parts.db.reading() as uow:
        assert await house.parts.images.get(uow, house.ann.user_id, house.result_id), "nothing happened yet"
    await tab.send(FreshCode.confirm({"code": (await codes(house))[-1]}))
    assert tab.redirected()
    assert [path for path in house.parts.settings.media_dir.rglob("*") if path.is_file()] == []
    await tab.send(PrivacyCentre.restrict(True))
    assert (await tab.state(PrivacyCentre)).lines == [], "the session is over"
