"""The copy of everything about one person: one ZIP, written piece by piece, whatever its size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as select_models

from kaleipix_app.backend.db.engine import Database, UnitOfWork
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.models import Image
from kaleipix_app.backend.media.storage import Storage
from kaleipix_app.backend.privacy import rows
from kaleipix_app.backend.privacy.category import Category, Held
from kaleipix_app.backend.privacy.datamap import CATEGORIES, OWNED
from kaleipix_app.backend.privacy.rows import Person
from kaleipix_app.backend.providers.catalogue.places import PLACES

SCHEMA = 1
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


@dataclass
class _Writer:
    """Writes entries and remembers their size and checksum for the manifest."""

    archive: ZipFile
    at: datetime
    entries: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def entry(self, name: str, *, pressed: bool = True) -> Iterator[_Entry]:
        info = ZipInfo(name, self.at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if pressed else ZIP_STORED
        info.external_attr = 0o600 << 16
        with self.archive.open(info, "w", force_zip64=True) as file:
            entry = _Entry(file)
            yield entry
        self.entries.append({"path": name, "bytes": entry.size, "sha256": entry.digest.hexdigest()})

    def text(self, name: str, text: str) -> None:
        with self.entry(name) as entry:
            entry.write(text.encode())


class _Entry:
    def __init__(self, file: Any) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)


class Archive:
    """Makes the ZIP from the data map."""

    def __init__(self, db: Database, storage: Storage) -> None:
        self._db = db
        self._storage = storage

    async def write(self, person: Person, path: Path, at: datetime) -> None:
        """Everything about this person as of one moment, pictures of the trash included."""
        with ZipFile(path, "w", allowZip64=True) as archive:
            writer = _Writer(archive, at)
            async with self._db.reading() as uow:
                counts = {one.key: await self._category(uow, writer, one, person) for one in _stored()}
                pictures = await self._pictures(uow, person)
                elsewhere = await self._elsewhere(uow, person)
            names, missing = await self._files(writer, pictures)
            writer.text("elsewhere.json", _json(elsewhere))
            index = _templates.get_template("export.html").render(
                person=person, at=at, categories=_stored(), counts=counts, pictures=names, elsewhere=elsewhere
            )
            writer.text("index.html", index)
            manifest = {
                "schema": SCHEMA,
                "user_id": person.id,
                "made_at": at,
                "missing_pictures": missing,
                "files": writer.entries,
            }
            archive.writestr("manifest.json", _json(manifest))

    async def _category(self, uow: UnitOfWork, writer: _Writer, one: Category, person: Person) -> int:
        count = 0
        with writer.entry(f"data/{one.key}.json") as entry:
            about = {"category": one.title, "purpose": one.purpose, "basis": one.basis, "kept": one.kept}
            entry.write(_json(about).rstrip("}\n").encode() + b',\n  "rows": {')
            for number, held in enumerate(one.tables):
                entry.write(f"{',' if number else ''}\n    {json.dumps(held.table)}: [".encode())
                first = True
                async for row in _rows(uow, held, person):
                    entry.write(("" if first else ",").encode() + b"\n      " + _json(row, indent=None).encode())
                    first, count = False, count + 1
                entry.write(b"]")
            entry.write(b"\n  }\n}\n")
        return count

    @staticmethod
    async def _pictures(uow: UnitOfWork, person: Person) -> list[tuple[str, str]]:
        """Name in the ZIP and key in storage."""
        found = await uow.session.exec(
            select_models(Image).where(col(Image.owner_id) == person.id).order_by(col(Image.id))
        )
        return [
            (f"pictures/{row.kind}s/{row.id}.{Format.of(row.content_type).extension}", f"{row.storage_key}/original")
            for row in found
        ]

    async def _files(self, writer: _Writer, pictures: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
        names, missing = [], []
        for name, key in pictures:
            chunks = self._storage.stream(key)
            try:
                first = await anext(chunks, b"")
            except NotFound:
                missing.append(name)
                continue
            with writer.entry(name, pressed=False) as entry:
                entry.write(first)
                async for chunk in chunks:
                    entry.write(chunk)
            names.append(name)
        return names, missing

    @staticmethod
    async def _elsewhere(uow: UnitOfWork, person: Person) -> list[dict[str, Any]]:
        """What was sent to other companies and cannot be called back from here."""
        found = await uow.session.exec(
            select_models(Generation.id, Generation.provider, Generation.provider_job, Generation.ordered_at)
            .where(
                col(Generation.owner_id) == person.id,
                col(Generation.provider).in_(PLACES),
                col(Generation.ordered_at).is_not(None),  # written before anything is sent
            )
            .order_by(col(Generation.id))
        )
        return [
            {"generation": id, "provider": PLACES[key].name, "order": job, "sent_at": at, "kept": PLACES[key].kept}
            for id, key, job, at in found
        ]


def _stored() -> Iterable[Category]:
    return [one for one in CATEGORIES if one.tables]


async def _rows(uow: UnitOfWork, held: Held, person: Person) -> AsyncIterator[dict[str, Any]]:
    table, secret = rows.table(held.table), OWNED[held.table].secret
    keys = [column.name for column in table.primary_key]
    names = dict.fromkeys(name for name in (*keys, *held.columns) if name not in secret)
    statement = select(*(table.c[name] for name in names)).where(rows.belongs(held.table, person)).order_by(*keys)
    connection = await uow.session.connection()
    async with connection.stream(statement) as result:
        async for row in result:
            yield dict(row._mapping)


def _json(value: Any, indent: int | None = 2) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
