"""The operator's command line: help everywhere, one clear line and a status on failure."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kaleipix_app.__main__ import app
from kaleipix_app.backend.settings import Settings
from kaleipix_app.commands import serve
from tests.e2e.studio_server import free_port


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KALEIPIX_{name.upper()}", raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _run(*arguments: str, **settings: str) -> Result:
    chosen = {"PORT": str(free_port()), **settings}  # somebody may use Kaleipix on this machine
    return CliRunner().invoke(app, arguments, env={f"KALEIPIX_{name}": value for name, value in chosen.items()})


def _assert_refused(result: Result, reason: str) -> None:
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("kaleipix: ")
    assert reason in line


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["serve"],
        ["migrate"],
        ["build"],
        ["admin"],
        ["admin", "add"],
        ["credits"],
        ["credits", "grant"],
        ["backup"],
        ["restore"],
        ["export"],
        ["erase"],
        ["retention"],
        ["retention", "run"],
        ["doctor"],
    ],
)
def test_help(command: list[str]) -> None:
    result = _run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize("command", ["serve", "migrate", "build"])
def test_a_bad_setting_is_one_line(command: str) -> None:
    _assert_refused(_run(command, PORT="abc"), "KALEIPIX_PORT cannot be used")
    _assert_refused(_run(command, PROT="1"), "Unknown setting KALEIPIX_PROT")


#: Every setting that can be wrong, with what people really type.
BAD = {
    "PUBLIC_URL": [
        "studio.example",
        "ftp://studio.example",
        "https://a/b",
        "https://me:pw@a",
        "http://a:99999",
        "https://a/#b",
    ],
    "RUNPOD_URL": ["api.runpod.ai", "ftp://api.runpod.ai"],
    "RUNPOD_ENDPOINTS": ["sdxl", "sdxl=abc,comfy-portrait=../x"],
    "PORT": ["abc", "0", "65536", "-1", "3000.5"],
    "DATA_DIR": ["/proc/nowhere"],
    "DB_URL": ["mysql://user@host/db", "kaleipix.db"],
    "STORAGE_URL": ["ftp://host", "media", "file://media"],
    "SECRET_KEY": ["short", "a key that is long enough,short", ","],
    "ADMIN_EMAILS": ["ann", "ann@example.com, bob@", "ann@example.com bob@example.com"],
    "TRUSTED_PROXIES": ["proxy", "10.0.0.0/99", "10.0.0.1 10.0.0.2"],
    "SMTP_URL": ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail.example.com:port"],
    "MAIL_FROM": ["Kaleipix", "no-reply@", "Kaleipix <no-reply>", "a@example.com\nBcc: b@example.com"],
    "FAL_QUEUE_URL": ["queue.fal.run", "ftp://queue.fal.run", "https://queue.fal.run/?a=b"],
    "FAL_REST_URL": ["rest"],
    "FAL_CDN_URL": ["https://"],
    "RESULT_HOSTS": ["fal", "https://fal.media", "fal.media/x"],
    "PRIVACY_EMAIL": ["ask us", "privacy@"],
}
_ANY_TEXT = {"COMPANY_NAME"}
_TOGETHER = {"C2PA_CERT", "C2PA_KEY"}


def test_every_setting_is_tried_with_bad_values() -> None:
    kaleipix = {name.upper() for name, field in Settings.model_fields.items() if not field.validation_alias}
    assert kaleipix == BAD.keys() | _ANY_TEXT | _TOGETHER


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_stops_the_start_in_one_sentence_and_nothing_is_made(name: str, value: str, tmp_path: Path) -> None:
    result = _run("serve", **{name: value})
    _assert_refused(result, f"KALEIPIX_{name} cannot be used")
    assert result.stderr.rstrip().endswith((".", ")."))
    assert "pw" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(_TOGETHER))
def test_half_of_a_pair_stops_the_start(name: str, tmp_path: Path) -> None:
    _assert_refused(_run("serve", **{name: "/nowhere.pem"}), f"KALEIPIX_{name}")
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    """An empty key would sign as well, and anybody could."""
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "secret.key").touch()
    _assert_refused(_run("migrate"), "secret.key is cut off")


@pytest.mark.parametrize("command", ["serve", "migrate", "build"])
def test_a_data_directory_that_cannot_be_used_is_one_line(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _assert_refused(_run(command, DATA_DIR=str(tmp_path / "file" / "data")), "KALEIPIX_DATA_DIR cannot be used")


def test_a_port_in_use_is_one_line(taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_PORT_PATIENCE", 0.1)
    _assert_refused(_run("serve", PORT=str(taken)), f"Port {taken} is in use")
    assert list(tmp_path.iterdir()) == []


def test_migrate_says_where_the_database_is(tmp_path: Path) -> None:
    result = _run("migrate")
    assert result.exit_code == 0
    assert result.stdout.startswith("The database is at revision ")
    assert (tmp_path / ".data").stat().st_mode & 0o777 == 0o700


def test_a_studio_called_localhost_listens_on_this_machine_alone() -> None:
    assert serve.address(Settings()) == "127.0.0.1"
    assert serve.address(Settings(public_url="http://127.0.0.1:8000")) == "127.0.0.1"
    assert serve.address(Settings(public_url="https://studio.example")) == "0.0.0.0"
