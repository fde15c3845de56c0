"""Migrations make exactly the tables that the code expects, and never harm a database they do not know."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from structlog.testing import capture_logs

from kaleipix_app.backend import tables
from kaleipix_app.backend.db import migrate
from kaleipix_app.backend.db.newest import is_newest
from tests.backend.db.older import GENERATION, NOW, PERSON, insert, make_tables_of, opened
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


async def test_the_migrated_tables_are_those_of_the_models(url: str) -> None:
    await migrate.upgrade(url)
    with opened(url) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert differences == [], "a revision in db/migrations/versions must make these changes"


async def test_a_second_run_changes_nothing(url: str) -> None:
    assert await migrate.upgrade(url) == await migrate.upgrade(url)


async def test_a_start_sees_that_there_is_nothing_to_do(url: str) -> None:
    assert not is_newest(url)
    await migrate.upgrade(url)
    assert is_newest(url) == url.startswith("sqlite")  # PostgreSQL is always asked with all that migrations need


@pytest.mark.parametrize("revision", ["0001", "9999"])
async def test_an_older_or_newer_database_is_not_taken_for_this_version(revision: str, path: Path) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    await migrate.upgrade(url)
    with opened(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        connection.commit()
    assert not is_newest(url)


async def test_two_starts_at_once_migrate_once(url: str) -> None:
    with capture_logs() as lines:
        assert len(set(await asyncio.gather(*(migrate.upgrade(url) for _ in range(4))))) == 1
    assert [line["event"] for line in lines] == ["migrated"]


async def test_a_newer_database_is_refused_by_name(url: str) -> None:
    await migrate.upgrade(url)
    with opened(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(migrate.MigrationFailed, match=r"newer version of Kaleipix \(revision 9999"):
        await migrate.upgrade(url)


async def test_a_migration_that_fails_leaves_everything_as_it_was(url: str, path: Path) -> None:
    path.parent.mkdir()
    with opened(url) as connection:  # the last table that revision 0001 makes is in the way
        connection.execute(text("CREATE TABLE ledger_entry (id TEXT)"))
        connection.commit()
    with pytest.raises(migrate.MigrationFailed, match="left as it was"):
        await migrate.upgrade(url)
    with opened(url) as connection:
        assert inspect(connection).get_table_names() == ["ledger_entry"]


async def test_people_stay_signed_in_across_the_new_columns_of_their_sessions(url: str, path: Path) -> None:
    path.parent.mkdir()
    make_tables_of(url, "0004")
    times = {"created_at": NOW, "expires_at": NOW}
    challenge = {"email": "a@b.test", "email_typed": "a@b.test", "code_hash": "hash", "attempts": 0, "sends": 1}
    rows: dict[str, dict[str, object]] = {
        "user": PERSON,
        "login_session": {"id": "s", "token_hash": "hash", "user_id": "u", "last_seen_at": NOW, **times},
        "login_challenge": {"id": "c", **challenge, **times},
    }
    insert(url, rows)
    await migrate.upgrade(url)
    with opened(url) as connection:
        session = connection.execute(text("SELECT token_hash, device, previous_hash, fresh_until FROM login_session"))
        assert session.all() == [("hash", "", None, None)]
        assert connection.execute(text("SELECT purpose FROM login_challenge")).all() == [("sign_in",)]


async def test_prompts_from_before_the_library_are_found_in_it(url: str, path: Path) -> None:
    path.parent.mkdir()
    make_tables_of(url, "0008")
    insert(url, {"user": PERSON, "generation": {**GENERATION, "id": "g1", "prompt": "A castle, a sea"}})
    insert(url, {"generation": {**GENERATION, "id": "g2", "prompt": ""}})
    await migrate.upgrade(url)
    with opened(url) as connection:
        found = connection.execute(text("SELECT owner_id, word, generation_id FROM prompt_word ORDER BY word")).all()
    assert found == [("u", "a", "g1"), ("u", "castle", "g1"), ("u", "sea", "g1")]


async def test_what_is_there_stays_across_policies_signals_and_what_was_taken_down(url: str, path: Path) -> None:
    path.parent.mkdir()
    make_tables_of(url, "0011")
    size: dict[str, object] = {"content_type": "image/png", "width": 1, "height": 1, "byte_size": 1}
    image = {"id": "i", "owner_id": "u", "kind": "source", "position": 0, "storage_key": "k", "is_favourite": False}
    request = {"id": "r", "user_id": "u", "kind": "question", "text": "?", "created_at": NOW, "due_at": NOW}
    policy = {"id": "privacy-1", "document": "privacy", "number": 1, "body": "text", "digest": "d"}
    rows: dict[str, dict[str, object]] = {
        "user": PERSON,
        "generation": {**GENERATION, "prompt_starred": True},
        "image": {**image, **size, "created_at": NOW},
        "privacy_request": {**request, "answer": ""},
        "policy_version": {**policy, "effective_at": NOW},
    }
    insert(url, rows)
    await migrate.upgrade(url)
    for query, expected in (
        ('SELECT id, mail_after_minutes FROM "user"', ("u", None)),
        ("SELECT id, prompt_starred, mailed_at, fetches FROM generation", ("g", True, None, 0)),
        ("SELECT id, taken_down_at, taken_down_for FROM image", ("i", None, "")),
        ("SELECT id, answer_mailed_at, reminded_at, overdue_told_at FROM privacy_request", ("r", None, None, None)),
        ("SELECT id, significant, words, published_at = effective_at FROM policy_version", ("privacy-1", 0, "", True)),
    ):
        with opened(url) as connection:
            assert connection.execute(text(query)).all() == [expected]


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
