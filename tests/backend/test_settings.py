"""Settings: a mistake stops the start and is named; a secret is never shown."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kaleipix_app.backend.settings import BadSettings, load, names


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env, and none of the settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)


def test_everything_has_a_default() -> None:
    settings = load()
    assert settings.url == "http://localhost:3000"
    assert settings.origins == ("http://localhost:3000", "http://127.0.0.1:3000")
    assert settings.database_url.endswith("/.data/kaleipix.db")
    assert settings.media_dir.parts[-2:] == (".data", "media")
    assert not settings.is_https


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_an_unknown_name_is_refused_by_name(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if place == ".env":
        (tmp_path / ".env").write_text("KALEIPIX_PROT=3001\n")
    else:
        monkeypatch.setenv("KALEIPIX_PROT", "3001")
    with pytest.raises(BadSettings, match="Unknown setting KALEIPIX_PROT"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "studio.example"),
        ("PUBLIC_URL", "ftp://studio.example"),
        ("PUBLIC_URL", "https://studio.example/below"),
        ("DB_URL", "mysql://user:canary@host/db"),
        ("DB_URL", "postgresql://user:canary@host"),
        ("DB_URL", "postgresql://user:canary@host:port/db"),
        ("DB_URL", "postgresql+asyncpg://user:canary@host/db"),
        ("DB_URL", "postgresql"),
        ("STORAGE_URL", "s3://bucket"),
        ("ADMIN_EMAILS", "ann@example.com, not-an-address"),
        ("TRUSTED_PROXIES", "my-proxy"),
        ("SMTP_URL", "mail.example.com"),
        ("FAL_QUEUE_URL", "queue.fal.run"),
        ("FAL_REST_URL", "ftp://rest.fal.ai"),
        ("FAL_CDN_URL", "https://user:pass@v3.fal.media"),
        ("RESULT_HOSTS", "v3.fal.media,https://fal.media"),
        ("RESULT_HOSTS", "fal.media:443"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a key that is long enough,short"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_never_shown(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"KALEIPIX_{name}", value)
    with pytest.raises(BadSettings) as refused:
        load()
    assert f"KALEIPIX_{name} cannot be used" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "canary" not in str(refused.value)
    if name in ("SECRET_KEY", "SMTP_URL"):
        assert value not in str(refused.value)


def test_secrets_are_never_in_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "canary-canary-canary")
    monkeypatch.setenv("KALEIPIX_SMTP_URL", "smtp://user:canary@mail.example.com:25")
    monkeypatch.setenv("KALEIPIX_DB_URL", "postgresql://user:canary@db.example.com/kaleipix")
    settings = load()
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.secret_keys() == [b"canary-canary-canary"]


def test_the_key_file_is_made_once_and_for_its_owner_alone() -> None:
    settings = load()
    settings.data_dir.mkdir()
    keys = settings.secret_keys()
    assert stat.S_IMODE((settings.data_dir / "secret.key").stat().st_mode) == 0o600
    assert len(keys[0]) >= 32
    assert load().secret_keys() == keys


def test_a_list_of_keys_allows_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "the new key of the house, the old key of the house")
    assert load().secret_keys() == [b"the new key of the house", b"the old key of the house"]


def test_a_public_address_allows_its_own_origin_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_PUBLIC_URL", "https://studio.example/")
    settings = load()
    assert settings.url == "https://studio.example"
    assert settings.origins == ("https://studio.example",)
    assert settings.is_https


def test_lists_are_split_and_addresses_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_ADMIN_EMAILS", "Ann@Example.com, bob@example.com")
    monkeypatch.setenv("KALEIPIX_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")
    settings = load()
    assert settings.admin_emails == ("ann@example.com", "bob@example.com")
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KALEIPIX_PORT=\nKALEIPIX_SECRET_KEY=\n")
    assert load().port == 3000


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_by_psycopg(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "the same for every process")
    monkeypatch.setenv("KALEIPIX_DB_URL", f"{scheme}://user:p%40ss@db.example.com:5433/studio?sslmode=require")
    assert load().database_url == "postgresql+psycopg://user:p%40ss@db.example.com:5433/studio?sslmode=require"


def test_postgresql_needs_a_key_that_every_process_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALEIPIX_DB_URL", "postgresql:///studio?host=/run/postgresql")
    with pytest.raises(BadSettings, match="KALEIPIX_SECRET_KEY must be set when KALEIPIX_DB_URL is PostgreSQL"):
        load()
    monkeypatch.setenv("KALEIPIX_SECRET_KEY", "the same for every process")
    assert load().database_url.startswith("postgresql+psycopg:///studio")
