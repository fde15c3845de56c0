from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaleipix_app.backend.media.images import Images
from kaleipix_app.backend.media.ingest import Ingest
from kaleipix_app.backend.media.storage import Storage
from tests.conftest import MovableClock


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    pool = Ingest(2)
    yield pool
    pool.close()


@pytest.fixture
def media_dir(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def storage(media_dir: Path) -> Storage:
    return Storage(media_dir)


@pytest.fixture
def images(storage: Storage, ingest: Ingest, clock: MovableClock) -> Images:
    return Images(storage, ingest, clock)
