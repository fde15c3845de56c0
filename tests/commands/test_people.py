"""What an operator does for one person, from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.accounts.models import User
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import Settings
from tests.factories import a_person


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    """An installation in which Ann has signed in once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KALEIPIX_DATA_DIR", str(tmp_path / "data"))
    made = Container(Settings(data_dir=tmp_path / "data"))

    async def prepare() -> None:
        await upgrade(made.settings.database_url)
        async with made.db.unit_of_work() as uow:
            await a_person(uow, "ann", made.clock.now())
        await made.db.close()

    asyncio.run(prepare())
    return made


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _ann(parts: Container) -> tuple[bool, int]:
    async def read() -> tuple[bool, int]:
        async with parts.db.reading() as uow:
            user = await uow.session.get(User, "id-of-ann")
            assert user is not None
            found = user.is_admin, await parts.ledger.balance(uow, user.id)
        await parts.db.close()
        return found

    return asyncio.run(read())


def test_an_admin_stays_admin_whatever_the_settings_say_at_the_next_sign_in(parts: Container) -> None:
    result = _run("admin", "add", "Ann@Example.com")
    assert result.exit_code == 0, result.output
    assert _ann(parts)[0]

    async def sign_in_again() -> None:
        async with parts.db.unit_of_work() as uow:
            user = await uow.session.get(User, "id-of-ann")
            assert user is not None
            await parts.signin._start(uow, user)
        await parts.db.close()

    asyncio.run(sign_in_again())
    assert _ann(parts)[0]


def test_granted_credits_add_up(parts: Container) -> None:
    for _ in range(2):
        assert _run("credits", "grant", "ann@example.com", "5", "--reason", "an apology").exit_code == 0
    assert _ann(parts)[1] == 10


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("admin", "add", "nobody@example.com"), "Nobody here signs in with that address."),
        (("credits", "grant", "nobody@example.com", "5", "--reason", "x"), "Nobody here signs in with that address."),
        (("credits", "grant", "ann@example.com", "0", "--reason", "x"), "one credit or more"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    arguments: tuple[str, ...], reason: str, parts: Container
) -> None:
    result = _run(*arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert reason in line
    assert _ann(parts) == (False, 0)
