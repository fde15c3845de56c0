"""What the browser gets to see of share links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.sharing.drafts import Draft
from kaleipix_app.backend.sharing.links import OwnLink, TakenDown
from kaleipix_app.backend.sharing.reports import REASONS
from kaleipix_app.backend.sharing.terms import DEFAULT_EXPIRY, KEEP, NEVER
from kaleipix_app.state.views import excerpt

_MADE = {"ai": "Made with AI", "algorithm": "Made by an algorithm, not AI"}
_MOST_THUMBS = 8


@dataclass(frozen=True)
class DraftView:
    """What the page would show. No pictures: nothing is asked."""

    preview: str = ""  # address of the first picture
    thumbs: tuple[str, ...] = ()  # of the first few, if there are several
    count: int = 0
    made: str = ""
    prompt: str = ""
    source: str = ""  # address of the picture before, or empty


@dataclass(frozen=True)
class TermsView:
    """What the form of the dialog begins with."""

    title: str = ""
    expiry: str = DEFAULT_EXPIRY
    ends: str = ""  # when a link that is there ends, in words
    protected: bool = False
    downloads: bool = True
    prompt: bool = False
    source: bool = False


@dataclass(frozen=True)
class LinkView:
    """A link as its owner reads it."""

    id: str
    address: str
    title: str
    thumb: str
    shows: str  # 3 pictures · passcode · no downloads
    views: str
    ends: str


@dataclass(frozen=True)
class TakenDownView:
    """Why a picture cannot be shared any more."""

    id: str
    thumb: str
    sentence: str


def taken_down_view(one: TakenDown) -> TakenDownView:
    """One plain sentence for its owner."""
    why = f"“{REASONS[one.reason]}”" if one.reason in REASONS else "a report"
    return TakenDownView(
        id=one.image_id,
        thumb=f"/media/{one.image_id}/thumb",
        sentence=f"Taken down by the operator on {_day(one.at)} after a report: {why}. It cannot be shared again.",
    )


def draft_view(draft: Draft) -> DraftView:
    """The pictures of a link to be."""
    ids = draft.image_ids
    return DraftView(
        preview=f"/media/{ids[0]}/preview",
        thumbs=tuple(f"/media/{id}/thumb" for id in ids[:_MOST_THUMBS]) if len(ids) > 1 else (),
        count=len(ids),
        made=_MADE.get(draft.made_by, ""),
        prompt=excerpt(draft.prompt),
        source=f"/media/{draft.source_id}/thumb" if draft.source_id else "",
    )


def terms_view(link: OwnLink) -> TermsView:
    """The terms of a link that is there."""
    return TermsView(
        title=link.title,
        expiry=KEEP,
        ends=_ends(link.expires_at),
        protected=link.has_passcode,
        downloads=link.downloads,
        prompt=link.shows_prompt,
        source=link.shows_source,
    )


def terms_told(link: OwnLink) -> str:
    """What holds for a link that was just made, in a sentence."""
    end = f"until {_day(link.expires_at)}" if link.expires_at else "until you revoke it"
    return f"It works {end}{' and asks for the passcode' if link.has_passcode else ''}."


def link_view(link: OwnLink) -> LinkView:
    """One line of the list."""
    shows = [
        counted(link.pictures, "picture") if link.pictures else "its pictures were deleted",
        "passcode" if link.has_passcode else "",
        "" if link.downloads else "no downloads",
        "with prompt" if link.shows_prompt else "",
        "with source" if link.shows_source else "",
    ]
    return LinkView(
        id=link.id,
        address=link.address,
        title=link.title or f"{_named(link.pictures)}, shared {_day(link.created_at)}",
        thumb=f"/media/{link.first}/thumb" if link.first else "",
        shows=" · ".join(filter(None, shows)),
        views=counted(link.views, "view"),
        ends=_ends(link.expires_at),
    )


def _named(pictures: int) -> str:
    return counted(pictures, "picture") if pictures else "Nothing left"


def _ends(at: datetime | None) -> str:
    return f"Until {_day(at)}" if at else "Until you revoke it"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


#: Values of the expiry's choice and how people read them.
EXPIRY_LABELS = {"1": "1 day", "7": "7 days", "30": "30 days", "90": "90 days", NEVER: "Until I revoke it"}
