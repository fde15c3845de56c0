"""The notice of a new policy: in every open tab of everybody, until one of a person's tabs acknowledges it."""

from __future__ import annotations

from datetime import timedelta

from kaleipix_app.state.policy_notice import PolicyNotice
from kaleipix_app.state.privacy_centre import PrivacyCentre
from tests.house import House
from tests.state.harness import Events, Tab


async def notice(tab: Tab) -> tuple[int, str]:
    await tab.send(PolicyNotice.open())
    shown = (await tab.state(PolicyNotice)).shown
    return shown.number, shown.sentence


async def test_it_is_there_until_its_person_acknowledges_it(house: House, events: Events) -> None:
    parts = house.parts
    await parts.policies.publish()
    ann, second, bob = (
        events.tab("ann-1", house.cookies["ann"]),
        events.tab("ann-2", house.cookies["ann"]),
        events.tab("bob-1", house.cookies["bob"]),
    )
    assert await notice(ann) == (0, "")
    day = parts.clock.now().date() + timedelta(days=7)
    await parts.publishing.publish("Backups are kept for 14 days.", day, significant=True)
    expected = (2, f"The privacy policy changes on {day.day} {day:%B %Y}.")
    assert [await notice(tab) for tab in (ann, second, bob)] == [expected] * 3
    assert (await ann.state(PolicyNotice)).shown.address == "/privacy?version=2&since=1"
    await ann.send(PolicyNotice.acknowledge())
    assert (await ann.state(PolicyNotice)).shown.number == 0
    assert [await notice(tab) for tab in (second, bob)] == [(0, ""), expected]
    await ann.send(PolicyNotice.acknowledge())
    await ann.send(PrivacyCentre.open())
    texts = [one.text for one in (await ann.state(PrivacyCentre)).consents]
    assert texts == ["You are 18 or older", f"You know version 2 of the privacy policy, of {day.day} {day:%B %Y}"]


async def test_strangers_see_and_acknowledge_nothing(house: House, events: Events) -> None:
    parts = house.parts
    await parts.publishing.publish("Backups.", parts.clock.now().date(), significant=True)
    nobody = events.tab("nobody")
    await nobody.send(PolicyNotice.open())
    await nobody.send(PolicyNotice.acknowledge())
    assert (await nobody.state(PolicyNotice)).shown.number == 0
    async with parts.db.reading() as uow:
        assert await parts.announcing.acknowledged(uow, house.ann.user_id) == []
