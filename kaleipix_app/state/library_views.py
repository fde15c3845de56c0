"""What the browser gets to see of the library: small frozen types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.library.days import Day
from kaleipix_app.backend.generation.library.filters import Filter
from kaleipix_app.backend.generation.library.pages import MOST_COUNTED, Kept
from kaleipix_app.backend.generation.library.service import Detail
from kaleipix_app.backend.generation.provenance import source_type
from kaleipix_app.backend.media.encode import Format
from kaleipix_app.backend.media.provenance import SourceType
from kaleipix_app.backend.providers.catalogue import MODELS
from kaleipix_app.backend.providers.catalogue.places import PLACES
from kaleipix_app.state.offers import about_seconds
from kaleipix_app.state.views import params_told

_ALT = 80  # characters; a page of tiles stays far below 20 kB
_OWN = "A picture of your own"
_MADE = {
    SourceType.ALGORITHMIC: "Made by an algorithm, not AI",
    SourceType.TRAINED: "Made with AI",
    SourceType.TRAINED_COMPOSITE: "Your picture, changed with AI",
}


@dataclass(frozen=True)
class TileView:
    """One tile of the grid."""

    id: str
    alt: str
    favourite: bool


@dataclass(frozen=True)
class PageView:
    """The latest page. A larger version is another list; else it belongs to a place of it."""

    version: int = 0
    place: str = ""  # as it was asked for; empty: the first page
    items: list[TileView] = field(default_factory=list)
    ended: bool = False
    oldest: bool = False
    opened: bool = False  # again: what the grid has of the same list may stay


@dataclass(frozen=True)
class DaysView:
    """How many pictures each day of the list has."""

    version: int = 0
    page: int = 0  # the version of the list
    text: str = ""


@dataclass(frozen=True)
class ChangeView:
    """What became of pictures that the grid may have."""

    version: int = 0
    removed: list[str] = field(default_factory=list)
    put: list[TileView] = field(default_factory=list)


@dataclass(frozen=True)
class FilterView:
    """The filter as its controls show it."""

    text: str = ""
    model: str = ""
    provider: str = ""
    kind: str = ""
    favourites: bool = False
    collection: str = ""
    since: str = ""
    until: str = ""
    oldest: bool = False
    is_set: bool = False


@dataclass(frozen=True)
class OptionView:
    """One value to choose."""

    value: str
    label: str


@dataclass(frozen=True)
class LineView:
    """One line of facts."""

    label: str
    value: str


@dataclass(frozen=True)
class DetailView:
    """Everything about one picture. An empty id: none is looked at."""

    id: str = ""
    preview: str = ""
    alt: str = ""
    width: int = 1
    height: int = 1
    prompt: str = ""
    source: str = ""  # thumbnail
    mask: str = ""  # thumbnail: what was painted anew is white
    is_result: bool = False
    favourite: bool = False
    lines: list[LineView] = field(default_factory=list)


def tile_view(kept: Kept) -> TileView:
    """A picture in the grid. Only a result's alternative text starts with its prompt."""
    prompt = kept.prompt if len(kept.prompt) <= _ALT else kept.prompt[: _ALT - 1] + "…"
    is_result = kept.picture.kind == "result"
    alt = (prompt or "Prompt deleted") if is_result else _OWN
    return TileView(kept.picture.id, alt, kept.picture.is_favourite)


def days_text(days: Sequence[Day]) -> str:
    """Thousands of days in few bytes: a number for each, with the days from the one before if there are several."""
    words, before = [], None
    for one in days:
        gap = one.date.isoformat() if before is None else str(abs((one.date - before).days))
        words.append(str(one.count) if gap == "1" else f"{gap}:{one.count}")
        before = one.date
    return " ".join(words)


def total_text(total: int) -> str:
    """How many, as people say it: a count ends at one more than MOST_COUNTED."""
    return f"more than {MOST_COUNTED:,}" if total == MOST_COUNTED + 1 else f"{total:,}"


def filter_view(wanted: Filter) -> FilterView:
    """A filter for its controls."""
    plain = Filter(zone=wanted.zone, oldest_first=wanted.oldest_first)
    return FilterView(
        text=wanted.text,
        model=wanted.model,
        provider=wanted.provider,
        kind=wanted.kind,
        favourites=wanted.favourites,
        collection=wanted.collection,
        since=wanted.since.isoformat() if wanted.since else "",
        until=wanted.until.isoformat() if wanted.until else "",
        oldest=wanted.oldest_first,
        is_set=wanted != plain,
    )


def detail_view(detail: Detail) -> DetailView:
    """One picture with all that is needed to make it again."""
    picture, record = detail.picture, detail.record
    prompt = (record.prompt or "Prompt deleted") if record else ""
    return DetailView(
        id=picture.id,
        preview=f"/media/{picture.id}/preview",
        alt=prompt or _OWN,
        width=picture.width,
        height=picture.height,
        prompt=prompt,
        source=f"/media/{record.source_id}/thumb" if record and record.source_id else "",
        mask=f"/media/{record.mask_id}/thumb" if record and record.mask_id else "",
        is_result=record is not None,
        favourite=picture.is_favourite,
        lines=[LineView(label, value) for label, value in [*_asked(detail), *_file(detail)] if value],
    )


def provider_name(key: str) -> str:
    """As people know it."""
    return PLACES[key].name if key in PLACES else "Built-in engine" if key == "builtin" else key


def _asked(detail: Detail) -> list[tuple[str, str]]:
    picture, record = detail.picture, detail.record
    if record is None:
        return []
    model = MODELS.get(record.model)
    kind = source_type(record.model, record.source_id)
    took = (record.finished_at - record.started_at) if record.finished_at and record.started_at else None
    return [
        ("Model", f"{model.name} ({model.vendor})" if model else record.model),
        ("Provider", provider_name(record.provider)),
        ("Seed", str(record.seed if picture.seed is None else picture.seed)),
        ("Aspect ratio", record.aspect_ratio or "as its source"),
        *params_told(record).items(),
        ("Pictures", _delivered(record)),
        ("Cost", counted(record.price, "credit")),
        ("Took", about_seconds(took.total_seconds()).removeprefix("about ") if took else ""),
        ("How", _MADE[kind]),
    ]


def _delivered(record: Record) -> str:
    """How many were asked for, and how many are left of them if that is another number."""
    kept = len(record.results)
    return str(record.count) if kept == record.count else f"{record.count}, of which {kept} kept"


def _file(detail: Detail) -> list[tuple[str, str]]:
    picture = detail.picture
    size = (
        f"{picture.width} × {picture.height} {Format.of(picture.content_type).name}, {picture.byte_size / 1e6:.1f} MB"
    )
    return [("Made" if detail.record else "Added", f"{detail.made_at:%-d %B %Y, %H:%M} UTC"), ("File", size)]
