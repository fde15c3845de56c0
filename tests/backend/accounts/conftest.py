from __future__ import annotations

from pathlib import Path

import pytest

from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.tokens import Keyring
from tests.backend.accounts.desk import Desk, make_desk
from tests.conftest import MovableClock


@pytest.fixture
def desk(db: Database, clock: MovableClock, keyring: Keyring, tmp_path: Path) -> Desk:
    return make_desk(db, clock, keyring, tmp_path)
