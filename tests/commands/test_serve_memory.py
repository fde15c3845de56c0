"""The process that watches lives as long as the studio: what only a start needs must not stay in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands.aside import aside


def _loaded_after(code: str) -> set[str]:
    listing = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_watcher_knows_neither_migrations_nor_pages() -> None:
    code = (
        "import kaleipix_app.__main__ as m, kaleipix_app.commands.serve, kaleipix_app.commands.build\nm.log.configure()"
    )
    code += "\nwith m._one_clear_line(): pass"
    assert {"alembic", "sqlalchemy", "reflex", "numpy", "PIL"} & _loaded_after(code) == set()


def test_an_idle_worker_has_not_loaded_what_few_installations_or_moments_need() -> None:
    loaded = _loaded_after("import kaleipix_app.backend.container")
    assert {"numpy", "psycopg", "cryptography", "c2pa", "confusable_homoglyphs", "alembic"} & loaded == set()


def _process(_given: object) -> int:
    return os.getpid()


def _refuse(settings: Settings) -> None:
    raise KaleipixError(f"Port {settings.port} does not please.", code="whim")


def test_work_is_done_in_another_process_and_what_it_raises_arrives() -> None:
    assert aside(_process, None) != os.getpid()
    with pytest.raises(KaleipixError, match="Port 4711 does not please") as refused:
        aside(_refuse, Settings(port=4711))
    assert refused.value.sentence == "Port 4711 does not please."
