"""Migrations make exactly the tables that the code expects, and never harm a database they do not know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from structlog.testing import capture_logs

from kaleipix_app.backend import tables
from kaleipix_app.backend.db import migrate
from tests.conftest import DATABASES
from tests.postgres import PostgresServer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kaleipix.db"


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{path}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@contextmanager
def _open(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


async def test_the_migrated_tables_are_those_of_the_models(url: str) -> None:
    await migrate.upgrade(url)
    with _open(url) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert differences == [], "a revision in db/migrations/versions must make these changes"


async def test_a_second_run_changes_nothing(url: str) -> None:
    assert await migrate.upgrade(url) == await migrate.upgrade(url)


async def test_two_starts_at_once_migrate_once(url: str) -> None:
    with capture_logs() as lines:
        assert len(set(await asyncio.gather(*(migrate.upgrade(url) for _ in range(4))))) == 1
    assert [line["event"] for line in lines] == ["migrated"]


async def test_a_newer_database_is_refused_by_name(url: str) -> None:
    await migrate.upgrade(url)
    with _open(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(migrate.MigrationFailed, match=r"newer version of Kaleipix \(revision 9999"):
        await migrate.upgrade(url)


async def test_a_migration_that_fails_leaves_everything_as_it_was(url: str, path: Path) -> None:
    path.parent.mkdir()
    with _open(url) as connection:  # the last table that revision 0001 makes is in the way
        connection.execute(text("CREATE TABLE ledger_entry (id TEXT)"))
        connection.commit()
    with pytest.raises(migrate.MigrationFailed, match="left as it was"):
        await migrate.upgrade(url)
    with _open(url) as connection:
        assert inspect(connection).get_table_names() == ["ledger_entry"]


def _upgrade_to(url: str, path: Path, revision: str) -> None:
    path.parent.mkdir(exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with _open(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


async def test_people_stay_signed_in_across_the_new_columns_of_their_sessions(url: str, path: Path) -> None:
    _upgrade_to(url, path, "0004")
    now = "2026-11-24 12:00:00.000000"
    address = {"email": "a@b.test", "email_typed": "a@b.test"}
    rows: dict[str, dict[str, object]] = {
        "user": {"id": "u", **address, "username": "ann", "username_skeleton": "ann", "is_admin": False, "plan": "free",
                 "adult_confirmed_at": now, "created_at": now},
        "login_session": {"id": "s", "token_hash": "hash", "user_id": "u", "created_at": now, "last_seen_at": now,
                          "expires_at": now},
        "login_challenge": {"id": "c", **address, "code_hash": "hash", "attempts": 0, "sends": 1, "created_at": now,
                            "expires_at": now},
    }  # fmt: skip
    with _open(url) as connection:
        for table, row in rows.items():
            names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)
        connection.commit()
    await migrate.upgrade(url)
    with _open(url) as connection:
        session = connection.execute(text("SELECT token_hash, device, previous_hash, fresh_until FROM login_session"))
        assert session.all() == [("hash", "", None, None)]
        assert connection.execute(text("SELECT purpose FROM login_challenge")).all() == [("sign_in",)]


async def test_prompts_from_before_the_library_are_found_in_it(url: str, path: Path) -> None:
    _upgrade_to(url, path, "0008")
    now = "2026-11-24 12:00:00.000000"
    person = "'u', 'a@b.test', 'a@b.test', 'ann', 'ann', false, 'free', :now, :now"
    with _open(url) as connection:
        connection.execute(
            text(
                'INSERT INTO "user" (id, email, email_typed, username, username_skeleton, is_admin, plan,'
                f" adult_confirmed_at, created_at) VALUES ({person})"
            ),
            {"now": now},
        )
        for id, prompt in (("g1", "A castle, a sea"), ("g2", "")):
            connection.execute(
                text(
                    "INSERT INTO generation (id, owner_id, request_id, model, provider, prompt, aspect_ratio, width,"
                    " height, count, seed, params, price, state, delivered, attempts, fence, created_at) VALUES (:id,"
                    " 'u', '', 'm', 'p', :prompt, '1:1', 1, 1, 1, 1, '{}', 1, 'done', 1, 1, 1, :now)"
                ),
                {"id": id, "prompt": prompt, "now": now},
            )
        connection.commit()
    await migrate.upgrade(url)
    with _open(url) as connection:
        found = connection.execute(text("SELECT owner_id, word, generation_id FROM prompt_word ORDER BY word")).all()
    assert found == [("u", "a", "g1"), ("u", "castle", "g1"), ("u", "sea", "g1")]


async def test_a_file_that_is_no_database_is_refused_in_one_line(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, it only has its name" * 100)
    with pytest.raises(migrate.MigrationFailed) as refused:
        await migrate.upgrade(f"sqlite+aiosqlite:///{path}")
    assert "\n" not in str(refused.value)


async def test_a_server_that_does_not_answer_is_refused_in_one_line_without_the_password() -> None:
    with (
        pytest.raises(migrate.MigrationFailed, match=r"127\.0\.0\.1") as refused,
        capture_logs() as lines,
    ):
        await migrate.upgrade("postgresql+psycopg://kaleipix:canary@127.0.0.1:1/kaleipix")
    assert "\n" not in str(refused.value)
    assert "canary" not in f"{refused.value} {lines}"
