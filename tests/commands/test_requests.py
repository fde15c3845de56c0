"""`requests list` and `requests answer` from the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from tests.factories import a_person


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in which Ann asks two things and has objected."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    parts = Container(Settings(data_dir=tmp_path / "data"))

    async def prepare() -> None:
        await upgrade(parts.settings.database_url)
        async with parts.db.unit_of_work() as uow:
            ann = await a_person(uow, "ann", parts.clock.now())
            await parts.centre.ask(uow, ann, "Who saw my data?\nAnd when?")
            await parts.centre.set_objection(uow, ann, on=True)
            await parts.centre.ask(uow, ann, "And why?")
        await parts.db.close()

    asyncio.run(prepare())
    return tmp_path / "data"


def _requests(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["requests", *arguments])


def _listed(*arguments: str) -> list[dict[str, str]]:
    result = _requests("list", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: list[dict[str, str]] = json.loads(result.stdout)
    return found


def _mails(data: Path) -> list[str]:
    return [path.read_text() for path in (data / "outbox").glob("*.eml")]


def test_what_waits_is_shown_whole_the_most_urgent_first(data: Path) -> None:
    first, second = _listed()
    assert (first["text"], second["text"]) == ("Who saw my data?\nAnd when?", "And why?")
    head, *text = _requests("list").stdout.splitlines()[:3]
    assert head.startswith(f"{first['id']}  due {first['due_at'][:10]}  ann <ann@example.com>")
    assert text == ["    Who saw my data?", "    And when?"]
    assert {one["kind"] for one in _listed("--all")} == {"question", "object"}


def test_an_answer_from_text_and_from_a_file(data: Path, tmp_path: Path) -> None:
    first, second = (one["id"] for one in _listed())
    result = _requests("answer", first, "--text", "Nobody but you.")
    assert result.exit_code == 0, result.output
    assert "has a mail" in result.stdout
    (tmp_path / "answer.txt").write_text("Because you asked.\n")
    assert _requests("answer", second, "--file", "answer.txt").exit_code == 0
    assert len(_mails(data)) == 2
    assert any("Nobody but you." in mail and "To: ann@example.com" in mail for mail in _mails(data))
    assert "No privacy request is waiting." in _requests("list").stdout
    assert "  > Because you asked." in _requests("list", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nothing", "--text", "x"), "no request with that reference"),
        (("REF",), "either as --text or as --file"),
        (("REF", "--text", "x", "--file", "x"), "either as --text or as --file"),
        (("REF", "--file", "nowhere.txt"), "cannot be read"),
        (("REF", "--text", " "), "1 to 20000 characters"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    arguments: tuple[str, ...], sentence: str, data: Path
) -> None:
    reference = _listed()[0]["id"]
    result = _requests("answer", *(reference if one == "REF" else one for one in arguments))
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert sentence in line
    assert len(_listed()) == 2
    assert _mails(data) == []


def test_a_second_answer_is_refused(data: Path) -> None:
    reference = _listed()[0]["id"]
    assert _requests("answer", reference, "--text", "One.").exit_code == 0
    again = _requests("answer", reference, "--text", "Two.")
    assert (again.exit_code, "answered before" in again.stderr) == (1, True)
    assert len(_mails(data)) == 1
