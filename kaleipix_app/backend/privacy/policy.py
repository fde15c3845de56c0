"""The published texts, made from the data map and the settings; every version is kept as it could be read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.privacy import datamap
from kaleipix_app.backend.privacy.category import Category
from kaleipix_app.backend.privacy.models import PolicyVersion
from kaleipix_app.backend.privacy.processors import processors
from kaleipix_app.backend.settings import Settings

DOCUMENTS = {"privacy": "Privacy policy", "terms": "Terms of use", "cookies": "Cookies"}

_log = log.get("policy")
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Published:
    """One version of one text."""

    title: str
    body: str  # HTML
    number: int
    effective_at: datetime
    is_latest: bool
    versions: Sequence[tuple[int, datetime]]  # all there are, the latest first


def render(document: str, settings: Settings) -> str:
    """The text as it has to be now."""
    who = {one.key: one for one in processors(settings)}
    groups: dict[str, list[Category]] = {}
    for one in datamap.CATEGORIES:
        groups.setdefault(one.group, []).append(one)
    return _templates.get_template(f"{document}.html").render(
        company=settings.company_name,
        contact=settings.privacy_contact,
        url=settings.url,
        groups=groups,
        processors=who,
        makers=[one for one in who.values() if one.makes_pictures and one.in_use],
        idle=[one for one in who.values() if one.makes_pictures and not one.in_use],
        cookies=datamap.cookies(),
        browser_keys=datamap.browser_keys(),
        is_https=settings.is_https,
        periods=periods,
    )


class Policies:
    """Publishes what has changed, and shows any version."""

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings

    async def publish(self) -> None:
        """At the start: a text that differs from the last one becomes the next version, from this moment on."""
        for document in DOCUMENTS:
            body = render(document, self._settings)
            digest = hashlib.sha256(body.encode()).hexdigest()
            try:
                async with self._db.unit_of_work() as uow:
                    last = next(iter(await self._versions(uow, document)), None)
                    if last is None or last.digest != digest:
                        uow.session.add(self._version(document, (last.number if last else 0) + 1, body, digest))
            except IntegrityError:  # another process has just done it
                _log.info("policy_published_elsewhere", document=document)

    async def shown(self, document: str, number: int | None = None) -> Published:
        """The latest version, or this one. Raises NotFound."""
        async with self._db.reading() as uow:
            rows = await self._versions(uow, document)
        row = next((one for one in rows if number is None or one.number == number), None)
        if row is None:
            raise NotFound
        versions = [(one.number, one.effective_at) for one in rows]
        return Published(DOCUMENTS[document], row.body, row.number, row.effective_at, row is rows[0], versions)

    def _version(self, document: str, number: int, body: str, digest: str) -> PolicyVersion:
        return PolicyVersion(
            id=f"{document}-{number}",
            document=document,
            number=number,
            body=body,
            digest=digest,
            effective_at=self._clock.now(),
        )

    @staticmethod
    async def _versions(uow: UnitOfWork, document: str) -> Sequence[PolicyVersion]:
        found = await uow.session.exec(
            select(PolicyVersion).where(PolicyVersion.document == document).order_by(col(PolicyVersion.number).desc())
        )
        return found.all()
