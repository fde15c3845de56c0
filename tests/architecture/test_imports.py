"""Data flows one way, down: the contracts in pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts() -> None:
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_module_is_called_utils() -> None:
    vague = {"utils", "util", "helpers", "common", "misc"}
    found = [path for path in (ROOT / "kaleipix_app").rglob("*") if path.stem in vague]
    assert found == [], "a newcomer finds things by name, and this one says nothing"
