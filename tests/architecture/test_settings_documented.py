"""An operator finds every setting in `.env.example`, with what it means and what it is when left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kaleipix_app.backend.settings import Settings, names

EXAMPLE = (Path(__file__).parents[2] / ".env.example").read_text()
LINES = dict(re.findall(r"^#([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))
KNOWN = {name: Settings.model_fields[field] for name, field in names().items()}


def test_the_example_lists_exactly_the_settings_there_are() -> None:
    assert set(LINES) == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_each_has_a_meaning_and_its_default(name: str) -> None:
    above = re.search(rf"((?:^# .*\n)+)#{name}=", EXAMPLE, re.MULTILINE)
    assert above, "a comment above says what it means"
    default = KNOWN[name].default
    if default in ("", (), None):
        assert LINES[name] == ""
        assert "Default:" in above[1], "an empty default says what happens then"
    else:
        assert LINES[name] == (",".join(default) if isinstance(default, tuple) else str(default))


def test_it_can_be_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
    uncommented = re.sub(r"^#(?=[A-Z])", "", EXAMPLE, flags=re.MULTILINE)
    (tmp_path / ".env").write_text(uncommented)
    assert Settings(_env_file=tmp_path / ".env") == Settings(_env_file=None)
