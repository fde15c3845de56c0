"""What goes into the archive of a selection: results, what they were made from, and all settings as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
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
    """One file after another; a source, a mask or a record that several results share comes once."""
    seen: set[str] = set()
    async for detail in library.each(owner_id, selection):
        picture, record = detail.picture, detail.record
        if picture.id not in seen:
            seen.add(picture.id)
            yield _file(detail)
        if record is None or record.id in seen:
            continue
        seen.add(record.id)
        names: dict[str, str] = {}
        for id in filter(None, (record.source_id, record.mask_id)):
            async for used in library.each(owner_id, Selection(frozenset({id}))):
                file = _file(used)
                names[id] = file.name
                if id not in seen:
                    seen.add(id)
                    yield file
        files = {one.id: _file(replace(detail, picture=one)).name for one in record.results}
        content = json.dumps(settings(record, names | files), indent=2, ensure_ascii=False)
        yield Entry(f"settings/{record.id}.json", text=content)


def settings(record: Record, names: Mapping[str, str]) -> dict[str, Any]:
    """Everything that is needed to make the same again, in plain words; `names` are the files beside it, by id."""
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
        "source": names.get(record.source_id or ""),
        "mask": names.get(record.mask_id or ""),
        "results": [_result(picture, names) for picture in record.results],
        "credits": record.price,
        "created_at": record.created_at.isoformat(),
        "finished_at": record.finished_at.isoformat() if record.finished_at else None,
        "digital_source_type": source_type(record.model, record.source_id).uri,
    }


def _result(picture: Picture, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": picture.id,
        "file": names.get(picture.id),
        "seed": picture.seed,
        "width": picture.width,
        "height": picture.height,
    }


def _file(detail: Detail) -> Entry:
    picture, extension = detail.picture, Format.of(detail.picture.content_type).extension
    if detail.record is None:
        return Entry(f"{picture.kind}s/{picture.id}.{extension}", key=picture.key("original"))
    slug = _NOT_IN_NAMES.sub("-", detail.record.prompt.lower())[:_LONGEST_SLUG].strip("-")
    name = "-".join(part for part in (f"{detail.made_at:%Y-%m-%d}", slug, picture.id) if part)
    return Entry(f"results/{name}.{extension}", key=picture.key("original"))
