"""Who is looking, as the mails ask it."""

from __future__ import annotations

from kaleipix_app.state.tabs import Tabs


async def test_a_person_looks_while_one_of_their_tabs_is_connected() -> None:
    async def stays(_token: str) -> bool:
        return True

    tabs, connected = Tabs(), {"desk", "phone"}
    tabs.connect(stays, connected.__contains__)
    tabs.add("ann", "desk")
    tabs.add("ann", "phone")
    assert tabs.is_open("ann")
    assert not tabs.is_open("bob")
    connected.discard("desk")
    assert tabs.is_open("ann")
    connected.discard("phone")
    assert not tabs.is_open("ann")
