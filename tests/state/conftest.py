"""The app's event pipeline over a whole installation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.house import House
from tests.state.harness import Events, events_of


@pytest.fixture
async def events(house: House) -> AsyncIterator[Events]:
    from kaleipix_app.kaleipix_app import app

    async with events_of(app) as running:
        yield running
