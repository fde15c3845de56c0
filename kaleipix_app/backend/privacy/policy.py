"""The published texts, made from the data map, the settings and the operator's words; every version is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from kaleipix_app.backend import log, periods
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.privacy import datamap, versions
from kaleipix_app.backend.privacy.category import Category
from kaleipix_app.backend.privacy.differences import Change, differences
from kaleipix_app.backend.privacy.models import PolicyVersion
from kaleipix_app.backend.privacy.processors import processors
from kaleipix_app.backend.privacy.versions import Edition, Stands
from kaleipix_app.backend.privacy.words import as_html
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
class Listed:
    """A version in the list of all, and what it is compared with."""

    edition: Edition
    stands: Stands
    before: int  # 0: nothing was there


@dataclass(frozen=True)
class Published:
    """One version of one text."""

    title: str
    body: str  # HTML
    shown: Listed
    versions: Sequence[Listed]  # all there are, the latest first
    coming: Sequence[Listed]
    since: Edition | None  # the version that it is compared with
    changes: Sequence[Change]


def render(document: str, settings: Settings, words: str = "") -> str:
    """The text as it has to be now. `words` stand beside what the map says, and cannot change it."""
    who = {one.key: one for one in processors(settings)}
    groups: dict[str, list[Category]] = {}
    for one in datamap.CATEGORIES:
        groups.setdefault(one.group, []).append(one)
    return _templates.get_template(f"{document}.html").render(
        company=settings.company_name,
        contact=settings.privacy_contact,
        url=settings.url,
        words=as_html(words),
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
        """At the start: a text that differs from the present one becomes a version of its own, from this moment on.

        What is announced for a later day was in force for nobody yet, so it is brought up to date in its place.
        """
        for document in DOCUMENTS:
            try:
                async with self._db.unit_of_work() as uow:
                    await self._bring_up_to_date(uow, document)
            except IntegrityError:  # another process has just done it
                _log.info("policy_published_elsewhere", document=document)

    async def shown(self, document: str, number: int | None = None, since: int | None = None) -> Published:
        """The present version, or this one; compared with an earlier one if asked for. Raises NotFound."""
        now = self._clock.now()
        async with self._db.reading() as uow:
            every = await versions.editions(uow, document)
        present = versions.present(every, now)
        listed = [self._listed(every, one) for one in every]
        numbers = {one.edition.number: one for one in listed}
        wanted = number if number is not None else present.number if present else None
        if wanted not in numbers or (since is not None and (since not in numbers or since >= wanted)):
            raise NotFound
        body = await self._body(document, wanted)
        return Published(
            title=DOCUMENTS[document],
            body=body,
            shown=numbers[wanted],
            versions=listed,
            coming=[self._listed(every, one) for one in versions.coming(every, now)],
            since=numbers[since].edition if since is not None else None,
            changes=differences(await self._body(document, since), body) if since is not None else (),
        )

    def _listed(self, every: Sequence[Edition], one: Edition) -> Listed:
        known = versions.before(every, one)
        return Listed(one, versions.stands(every, one, self._clock.now()), known.number if known else 0)

    async def _bring_up_to_date(self, uow: UnitOfWork, document: str) -> None:
        now = self._clock.now()
        found = await uow.session.exec(select(PolicyVersion).where(PolicyVersion.document == document))
        rows = {row.number: row for row in found.all()}
        present = versions.present(await versions.editions(uow, document), now)
        for row in rows.values():
            if row.effective_at > now or not row.body:
                self._fill(row)
        last = rows[present.number] if present else None
        body = render(document, self._settings, last.words if last else "")
        if last is not None and last.body == body:
            return
        number = max(rows, default=0) + 1
        uow.session.add(
            PolicyVersion(
                id=f"{document}-{number}",
                document=document,
                number=number,
                body=body,
                digest=_digest(body),
                effective_at=now,
                published_at=now,
                words=last.words if last else "",
                words_of=last.words_of if last else 0,
            )
        )

    async def _body(self, document: str, number: int) -> str:
        """The text of a version; of one that nobody has read yet it is written now, with this studio's settings."""
        this = (col(PolicyVersion.document) == document, col(PolicyVersion.number) == number)
        async with self._db.reading() as uow:
            body = (await uow.session.exec(select(PolicyVersion.body).where(*this))).one()
        if body:
            return body
        async with self._db.unit_of_work() as uow:
            row = (await uow.session.exec(select(PolicyVersion).where(*this).with_for_update())).one()
            if not row.body:
                self._fill(row)
            return row.body

    def _fill(self, row: PolicyVersion) -> None:
        row.body = render(row.document, self._settings, row.words)
        row.digest = _digest(row.body)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
