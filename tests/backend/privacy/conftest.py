"""An installation with a clock that can be moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings
from tests.conftest import MovableClock, make_tables


@pytest.fixture
async def parts(tmp_path: Path, db_url: str, clock: MovableClock) -> AsyncIterator[Container]:
    made = Container(Settings(data_dir=tmp_path / "data", db_url=SecretStr(db_url)), clock=clock)
    await make_tables(made.db)
    yield made
    await made.post.close()
    made.ingest.close()
    await made.db.close()
