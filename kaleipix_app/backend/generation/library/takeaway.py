"""What goes into the archive of a selection: results, their sources, and the settings of each generation as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.library.filters import Selection
from kaleipix_app.backend.generation.library.service import Detail, Library
from kaleipix_app.backend.generation.provenance import source_type
from kaleipix_app.backend.media.archive import Entry
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.images import Picture

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 40


async def entries(library: Library, owner_id: str, selection: Selection) -> AsyncIterator[Entry]:
    """One file after another; a source or a record that several results share comes once."""
    seen: set[str] = set()
    async for detail in library.each(owner_id, selection):
        picture, record = detail.picture, detail.record
        if picture.id not in seen:
            seen.add(picture.id)
            yield _file(detail)
        if record is None or record.id in seen:
            continue
        seen.add(record.id)
        if record.source_id and record.source_id not in seen:
            seen.add(record.source_id)
            async for source in library.each(owner_id, Selection(frozenset({record.source_id}))):
                yield _file(source)
        yield Entry(f"settings/{record.id}.json", text=json.dumps(settings(record), indent=2, ensure_ascii=False))


def settings(record: Record) -> dict[str, Any]:
    """Everything that is needed to make the same again, in plain words."""
    return {
        "generation": record.id,
        "prompt": record.prompt,
        "model": record.model,
        "provider": record.provider,
        "asked": {
            "aspect_ratio": record.aspect_ratio,
            "pictures": record.count,
            "seed": record.seed,
            "settings": dict(record.params),
        },
        "used": {"width": record.width, "height": record.height},
        "source": f"sources/{record.source_id}" if record.source_id else None,
        "results": [_result(picture) for picture in record.results],
        "credits": record.price,
        "created_at": record.created_at.isoformat(),
        "finished_at": record.finished_at.isoformat() if record.finished_at else None,
        "digital_source_type": source_type(record.model, record.source_id).uri,
    }


def _result(picture: Picture) -> dict[str, Any]:
    return {"id": picture.id, "seed": picture.seed, "width": picture.width, "height": picture.height}


def _file(detail: Detail) -> Entry:
    picture, extension = detail.picture, Format.of(detail.picture.content_type).extension
    if detail.record is None:
        return Entry(f"sources/{picture.id}.{extension}", key=picture.key("original"))
    slug = _NOT_IN_NAMES.sub("-", detail.record.prompt.lower())[:_LONGEST_SLUG].strip("-")
    name = "-".join(part for part in (f"{detail.made_at:%Y-%m-%d}", slug, picture.id) if part)
    return Entry(f"results/{name}.{extension}", key=picture.key("original"))
