"""What the browser gets to see: small frozen types, made from what the backend returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.generation.deletion import Deleted
from kaleipix_app.backend.generation.feed import Previews
from kaleipix_app.backend.generation.history import Record
from kaleipix_app.backend.generation.machine import State
from kaleipix_app.backend.generation.transfers import NoticeNeeded
from kaleipix_app.backend.media.images import Picture
from kaleipix_app.backend.providers.catalogue import MODELS
from kaleipix_app.state.offers import about_seconds

_NO_PROMPT = "Prompt deleted"  # in its place
MOST_DERIVED = 6  # pictures made from the one on the stage, shown beside it
_EXCERPT = 160  # characters of a prompt in lists; an event stays small
_LINE = 120  # bytes of it in the history, which shows one line and is sent whole


@dataclass(frozen=True)
class SourceView:
    """A source in the composer's tray."""

    id: str
    thumb: str
    label: str
    width: int = 0
    height: int = 0


NO_SOURCE = SourceView("", "", "")


@dataclass(frozen=True)
class ResultView:
    """One result: where its pictures are, its size, and its alternative text."""

    id: str = ""
    thumb: str = ""
    preview: str = ""
    width: int = 1
    height: int = 1
    alt: str = ""


@dataclass(frozen=True)
class LiveView:
    """A generation that waits, runs or has failed."""

    id: str
    failed: bool
    cancelling: bool
    label: str  # Queued, Starting, Running, Saving
    detail: str  # the number beside it, not read aloud at each change
    percent: int  # -1: not known
    usual: float  # seconds that it usually takes
    elapsed: float  # of them, when this tab first saw it run; the bar goes on from there by itself
    prompt: str
    about: str
    preview: str
    width: int
    height: int
    error: str
    elsewhere: str  # after a failure: where another model can do the same, or empty


NOTHING_LIVE = LiveView("", True, False, "", "", -1, 0, 0, "", "", "", 1, 1, "", "")


@dataclass(frozen=True)
class MadeView:
    """A finished generation in the history."""

    id: str
    prompt: str
    about: str
    cost: str
    results: list[str] = field(default_factory=list)  # ids of its pictures; the page knows the rest


@dataclass(frozen=True)
class SettingView:
    """One line of how a picture was made."""

    label: str
    value: str


@dataclass(frozen=True)
class DifferenceView:
    """A setting of which source and result have different values."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class StageView:
    """The picture on the stage and the others of its generation. An empty id: nothing is on it."""

    id: str = ""
    generation_id: str = ""
    picture: ResultView = field(default_factory=ResultView)
    prompt: str = ""
    about: str = ""
    seed: str = ""
    source: str = ""  # id of the source, if it is kept
    source_is_result: bool = False  # and can itself be shown
    settings: list[SettingView] = field(default_factory=list)
    favourite: bool = False
    others: list[ResultView] = field(default_factory=list)
    derived: list[ResultView] = field(default_factory=list)  # made from it
    differs: list[DifferenceView] = field(default_factory=list)  # from its source


@dataclass(frozen=True)
class TrashView:
    """A deleted picture that can be taken back."""

    id: str
    thumb: str
    alt: str  # never starts with the prompt: it is no result any more
    prompt: str
    goes: str


@dataclass(frozen=True)
class QuestionView:
    """What is asked before something goes for ever. An empty kind: nothing is asked."""

    kind: str = ""  # picture, all, prompt
    count: str = ""
    offers_prompt: bool = False
    prompt: str = ""


@dataclass(frozen=True)
class NoticeView:
    """Where a picture would go: read before the first one. An empty provider: nothing has to be read."""

    provider: str = ""
    name: str = ""
    company: str = ""
    country: str = ""
    kept: str = ""


def notice_view(needed: NoticeNeeded) -> NoticeView:
    """What has to be read."""
    place = needed.place
    return NoticeView(needed.provider, place.name, place.company, place.country, place.kept)


def source_view(picture: Picture, number: int) -> SourceView:
    """A source as the tray shows it."""
    label = f"Source {number}, {picture.width} × {picture.height}"
    return SourceView(picture.id, f"/media/{picture.id}/thumb", label, picture.width, picture.height)


def result_view(picture: Picture, prompt: str, total: int) -> ResultView:
    """A result as grids and stage show it; its alternative text starts with the prompt."""
    alt = prompt if total == 1 else f"{prompt} ({picture.position + 1} of {total})"
    return ResultView(
        id=picture.id,
        thumb=f"/media/{picture.id}/thumb",
        preview=f"/media/{picture.id}/preview",
        width=picture.width,
        height=picture.height,
        alt=alt,
    )


def trash_view(deleted: Deleted) -> TrashView:
    """A deleted picture and the day on which it goes for ever."""
    prompt = excerpt(deleted.prompt) or (_NO_PROMPT if deleted.picture.generation_id else "A picture of your own")
    return TrashView(
        id=deleted.picture.id,
        thumb=f"/media/{deleted.picture.id}/thumb",
        alt=f"In the trash: {prompt}",
        prompt=prompt,
        goes=f"{deleted.goes_at.day} {deleted.goes_at:%B %Y}",
    )


def live_view(record: Record, previews: Previews, usual: float, elapsed: float, elsewhere: str) -> LiveView:
    """A generation under way, or its failure. `usual` and `elapsed` are seconds."""
    percent = -1 if record.progress is None else round(100 * record.progress)
    waits_there = record.state == State.STARTING and record.provider_place is not None
    state = State.QUEUED if waits_there else record.state
    detail = {
        State.QUEUED: _place(record.provider_place or record.place),
        State.STARTING: "waking a machine" if record.is_ordered else "",
        State.RUNNING: f"{percent} %" if percent >= 0 else about_seconds(usual) if usual else "",
    }.get(state, "")
    version = previews.version(record.id)
    return LiveView(
        id=record.id,
        failed=record.state == State.FAILED,
        cancelling=record.cancelling,
        label=state.capitalize(),
        detail=detail,
        percent=percent,
        usual=usual,
        elapsed=elapsed,
        prompt=excerpt(record.prompt),
        about=about(record),
        preview=f"/api/generations/{record.id}/preview?{version}" if version else "",
        width=record.width,
        height=record.height,
        error=record.error_sentence,
        elsewhere=elsewhere if record.state == State.FAILED else "",
    )


def made_view(record: Record) -> MadeView:
    """A finished generation."""
    return MadeView(
        id=record.id,
        prompt=_line(record.prompt) or _NO_PROMPT,
        about=about(record),
        cost=counted(record.price, "credit"),
        results=[picture.id for picture in record.results],
    )


def stage_view(
    record: Record, image_id: str, source: Picture | None, derived: list[Record], differs: list[DifferenceView]
) -> StageView:
    """One result of a generation, large."""
    prompt = record.prompt or _NO_PROMPT
    results = [result_view(picture, excerpt(prompt), len(record.results)) for picture in record.results]
    seeds = {picture.id: picture.seed for picture in record.results}
    shown = next((result for result in results if result.id == image_id), results[0])
    favourites = {picture.id for picture in record.results if picture.is_favourite}
    return StageView(
        id=shown.id,
        generation_id=record.id,
        picture=shown,
        prompt=prompt,
        about=about(record),
        seed=str(seeds[shown.id] if seeds[shown.id] is not None else record.seed),
        source=source.id if source else "",
        source_is_result=source is not None and source.kind == "result",
        settings=_settings(record),
        others=results,
        derived=[
            result_view(picture, excerpt(one.prompt) or _NO_PROMPT, len(one.results))
            for one in derived
            for picture in one.results
        ][:MOST_DERIVED],
        favourite=shown.id in favourites,
        differs=differs,
    )


def _settings(record: Record) -> list[SettingView]:
    model = MODELS.get(record.model)
    taken = (record.finished_at - record.started_at).total_seconds() if record.finished_at and record.started_at else 0
    found = {
        "Model": f"{model.name}, {model.vendor}" if model else record.model,
        "Aspect ratio": record.aspect_ratio or "as its source",
        **params_told(record),
        "Mask": "yes" if record.mask_id else "",
        "Pictures": str(record.count),
        "Cost": counted(record.price, "credit"),
        "Took": f"{taken:.1f} s" if taken else "",
        "Made": f"{record.created_at:%d %B %Y, %H:%M} UTC",
    }
    return [SettingView(label, value) for label, value in found.items() if value]


def params_told(record: Record) -> dict[str, str]:
    """The model's own settings in words; of a model that is gone, as they were stored."""
    model = MODELS.get(record.model)
    return model.told(record.params) if model else {key: str(value) for key, value in record.params.items()}


def about(record: Record) -> str:
    """Style (of a model without styles: its name) and shape in one line."""
    model = MODELS.get(record.model)
    name = model.name if model else record.model
    style = str(record.params.get("style", "")).capitalize()
    return " · ".join(part for part in (style if style else name, record.aspect_ratio) if part)


def excerpt(prompt: str) -> str:
    """The beginning of a prompt."""
    return prompt if len(prompt) <= _EXCERPT else prompt[: _EXCERPT - 1] + "…"


def _line(prompt: str) -> str:
    """The beginning of it in few bytes, whatever the letters."""
    short = prompt.encode()[:_LINE].decode(errors="ignore")
    return prompt if short == prompt else short + "…"


def _place(place: int) -> str:
    if place <= 1:
        return "next"
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(place % 10 if place % 100 not in (11, 12, 13) else 0, "th")
    return f"{place}{suffix} in line"
