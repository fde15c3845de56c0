from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kaleipix_app.backend.providers.builtin import BuiltinProvider


@pytest.fixture
async def engine() -> AsyncIterator[BuiltinProvider]:
    provider = BuiltinProvider(workers=2)
    yield provider
    await provider.close()
