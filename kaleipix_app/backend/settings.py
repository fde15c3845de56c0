"""Settings: read once at start from the environment and `.env`, then frozen.

An unknown `KALEIPIX_…` name or a bad value stops the start with a sentence that names it.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

PREFIX = "KALEIPIX_"
_PAIR = re.compile(r"[a-z0-9.-]+=[A-Za-z0-9_-]{1,64}")
SHORTEST_KEY = 16  # characters
_LOOPBACK_NAMES = ("localhost", "127.0.0.1")
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_DATABASES = "must look like postgresql://user:password@host:port/database or sqlite:////absolute/path.db"


class BadSettings(Exception):
    """The start is refused; the message names the setting."""


def _parts(url: str) -> SplitResult:
    """The parts of an address. Raises ValueError, also for a port that there cannot be."""
    parts = urlsplit(url)
    try:
        parts.port  # noqa: B018 - read to be checked
    except ValueError:
        raise ValueError("must have a port from 1 to 65535, or none") from None
    return parts


def _database_parts(value: SecretStr) -> URL:
    """Raises ValueError with a sentence that does not show the password, as SQLAlchemy's own would."""
    from sqlalchemy.engine import make_url  # not at the top: the process that watches the server does without it
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        raise ValueError(_DATABASES) from None


def _an_address(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(f"{value!r} is not an e-mail address") from error
    return value


class Settings(BaseSettings):
    """Everything an operator can change. `.env.example` explains each line."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    public_url: str = ""
    port: int = Field(default=3000, ge=1, le=65535)
    data_dir: Path = Path(".data")
    db_url: SecretStr | None = None
    storage_url: str = ""
    secret_key: SecretStr | None = None
    admin_emails: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    smtp_url: SecretStr | None = None
    mail_from: str = ""
    company_name: str = "the operator of this installation"
    privacy_email: str = ""
    c2pa_cert: Path | None = None
    c2pa_key: Path | None = None
    runpod_api_key: SecretStr | None = Field(default=None, validation_alias="RUNPOD_API_KEY")
    runpod_url: str = "https://api.runpod.ai/v2"
    runpod_endpoints: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    fal_key: SecretStr | None = Field(default=None, validation_alias="FAL_KEY")
    fal_queue_url: str = "https://queue.fal.run"
    fal_rest_url: str = "https://rest.fal.ai"
    fal_cdn_url: str = "https://v3.fal.media"
    result_hosts: Annotated[tuple[str, ...], NoDecode] = ("v3.fal.media", "v3b.fal.media", "fal.media")

    @field_validator("admin_emails", "trusted_proxies", "result_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("admin_emails")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_an_address(address).lower() for address in value)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network, strict=False)
        return value

    @field_validator("public_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        parts = _parts(value)
        more = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or more):
            raise ValueError("must be http:// or https:// and a host, without a path")
        return value.rstrip("/")

    @field_validator("fal_key", "runpod_api_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("must be the key alone, without spaces or line breaks")
        return value

    @field_validator("fal_queue_url", "fal_rest_url", "fal_cdn_url", "runpod_url")
    @classmethod
    def _provider_url(cls, value: str) -> str:
        parts = urlsplit(value)
        strange = parts.query or parts.fragment or parts.username or parts.password
        if parts.scheme not in ("http", "https") or not parts.hostname or strange:
            raise ValueError("must be http:// or https:// and a host")
        return value.rstrip("/")

    @field_validator("result_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", host):
                raise ValueError(f"{host!r} is not the name of a host")
        return tuple(host.lower() for host in value)

    @field_validator("db_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            url = _database_parts(value)
            is_postgresql = url.drivername in _POSTGRESQL and url.database
            if not is_postgresql and url.drivername not in ("sqlite", "sqlite+aiosqlite"):
                raise ValueError(_DATABASES)
        return value

    @field_validator("storage_url")
    @classmethod
    def _storage(cls, value: str) -> str:
        if value and not value.startswith("file:///"):
            raise ValueError("only file:///absolute/path is supported by this version")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = _parts(value.get_secret_value())
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                raise ValueError("must look like smtp://user:pass@host:port or smtps://…")
        return value

    @field_validator("runpod_endpoints", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        """Which models there are is known above: the container checks the left sides."""
        if not isinstance(value, str):
            return value
        pairs = [part.strip() for part in value.split(",") if part.strip()]
        if wrong := next((pair for pair in pairs if not _PAIR.fullmatch(pair)), None):
            raise ValueError(f"{wrong!r} is not like sdxl=ENDPOINT_ID")
        return dict(pair.split("=", 1) for pair in pairs)

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        user, _, host = parseaddr(value)[1].rpartition("@")
        if value and not (user and host and value.isprintable()):
            raise ValueError("must look like Kaleipix <no-reply@example.com>")
        return value

    @field_validator("privacy_email")
    @classmethod
    def _contact(cls, value: str) -> str:
        return _an_address(value) if value else value

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.c2pa_cert is None) != (self.c2pa_key is None):
            raise ValueError("KALEIPIX_C2PA_CERT and KALEIPIX_C2PA_KEY cannot be used without each other")
        return self

    # What follows is derived, so that no two places guess differently.

    @property
    def url(self) -> str:
        """The address of this installation, without a slash at the end. Never taken from a request."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether cookies are Secure and carry the __Host- prefix."""
        return self.url.startswith("https://")

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins that may send events and unsafe requests: the public one, and its loopback twins."""
        parts = urlsplit(self.url)
        if parts.hostname not in _LOOPBACK_NAMES:
            return (self.url,)
        port = f":{parts.port}" if parts.port else ""
        return tuple(f"{parts.scheme}://{name}{port}" for name in _LOOPBACK_NAMES)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL with its async driver."""
        if self.db_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'kaleipix.db'}"
        url = _database_parts(self.db_url)
        driver = "postgresql+psycopg" if url.drivername in _POSTGRESQL else "sqlite+aiosqlite"
        return url.set(drivername=driver).render_as_string(hide_password=False)

    @property
    def is_on_postgresql(self) -> bool:
        """Whether other processes may work on the same database."""
        return self.database_url.startswith("postgresql")

    @property
    def media_dir(self) -> Path:
        """Where pictures lie when storage is a disk."""
        return Path(urlsplit(self.storage_url).path) if self.storage_url else self.data_dir.absolute() / "media"

    @property
    def privacy_contact(self) -> str:
        """Where questions about personal data go; empty if the operator has given no address at all."""
        return self.privacy_email or next(iter(self.admin_emails), "")

    @property
    def sender(self) -> str:
        """The From address of mails."""
        return self.mail_from or f"Kaleipix <no-reply@{urlsplit(self.url).hostname}>"

    def secret_keys(self) -> list[bytes]:
        """The keys that sign and hash: from the settings, or made once in the data directory (mode 0600)."""
        if self.secret_key is not None:
            return [part.strip().encode() for part in self.secret_key.get_secret_value().split(",") if part.strip()]
        path = self.data_dir / "secret.key"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
            with suppress(FileExistsError):  # another process was faster: its key counts
                os.link(draft, path)
            draft.unlink()
        key = path.read_bytes().strip()
        if len(key) < SHORTEST_KEY:
            raise BadSettings(f"{path} is cut off. Restore it from a backup, or set KALEIPIX_SECRET_KEY.")
        return [key]


def _are_long(keys: list[bytes]) -> bool:
    return bool(keys) and all(len(key) >= SHORTEST_KEY for key in keys)


def names() -> dict[str, str]:
    """The name of each setting in the environment, and its field."""
    fields = Settings.model_fields
    return {str(field.validation_alias or PREFIX + name.upper()): name for name, field in fields.items()}


def load() -> Settings:
    """Read and check everything. Raises BadSettings with one sentence for the operator."""
    known = set(names())
    given = {name for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    if unknown := sorted(name for name in given if name.upper() not in known):
        raise BadSettings(f"Unknown setting {unknown[0]}. See .env.example for all there are.")
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        if not first["loc"]:  # of two settings together: the sentence names both
            raise BadSettings(first["msg"].removeprefix("Value error, ") + ".") from error
        name = str(first["loc"][0])
        name = name if name in known else PREFIX + name.upper()
        raise BadSettings(f"{name} cannot be used: {first['msg'].removeprefix('Value error, ')}.") from error
    if settings.secret_key is not None and not _are_long(settings.secret_keys()):
        raise BadSettings(f"KALEIPIX_SECRET_KEY cannot be used: each key needs at least {SHORTEST_KEY} characters.")
    if settings.is_on_postgresql and settings.secret_key is None:
        raise BadSettings(
            "KALEIPIX_SECRET_KEY must be set when KALEIPIX_DB_URL is PostgreSQL: "
            "every process on that database needs the same one. `openssl rand -base64 32` makes one."
        )
    return settings
