from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.backend.providers.fal.bench import Bench, a_bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with a_bench() as made:
        yield made
