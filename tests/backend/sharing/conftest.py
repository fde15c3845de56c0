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
from tests.house import House, ModelHouse, a_house, left


@pytest.fixture(scope="session")
def model_gallery(tmp_path_factory: pytest.TempPathFactory) -> ModelHouse:
    """Made by the migrations, with what Ann owns, at the time at which every test's clock begins."""

    async def build(data_dir: Path) -> House:
        settings = settings_module.load().model_copy(update={"data_dir": data_dir})
        data_dir.mkdir()
        await migrate.upgrade(settings.database_url)
        return await a_house(Container(settings, clock=MovableClock()))

    return ModelHouse(tmp_path_factory.mktemp("gallery") / "data", build)


@pytest.fixture
async def gallery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: MovableClock, model_gallery: ModelHouse
) -> AsyncIterator[Gallery]:
    await model_gallery.copy_to(tmp_path / "data")
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    parts = Container(settings_module.load(), clock=clock)
    yield Gallery(model_gallery.in_(parts), clock)
    await left(parts)
