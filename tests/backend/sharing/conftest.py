"""One kind of database is enough for what is said over HTTP; `test_links.py` and `test_migrate.py` run on both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kaleipix_app.backend import settings as settings_module
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db import migrate
from tests.backend.sharing.gallery import Gallery
from tests.conftest import MovableClock
from tests.house import a_house


@pytest.fixture
async def gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: MovableClock) -> AsyncIterator[Gallery]:
    """An installation made by the migrations, with what Ann owns."""
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    settings = settings_module.load()
    settings.data_dir.mkdir()
    await migrate.upgrade(settings.database_url)
    parts = Container(settings, clock=clock)
    yield Gallery(await a_house(parts), clock)
    parts.ingest.close()
    await parts.db.close()
