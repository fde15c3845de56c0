from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def db_url(tmp_path: Path) -> str:
    """What is said over HTTP is the same on every database: one is enough here."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
