"""What people see at `/s/<token>`: HTML that is whole in its first response, without a script."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from kaleipix_app.backend.api.plain_pages import page, rendered
from kaleipix_app.backend.counted import counted
from kaleipix_app.backend.media.pictures import Picture
from kaleipix_app.backend.media.thumbnails import PREVIEW
from kaleipix_app.backend.sharing.contents import SharedPicture, Shown
from kaleipix_app.backend.sharing.reports import LONGEST_NOTE, REASONS

_MADE = {"ai": "Made with AI", "algorithm": "Made by an algorithm, not AI", "": ""}
_EXCERPT = 200  # characters of a prompt that screen readers have to hear


@dataclass(frozen=True)
class _Figure:
    """One picture as the template writes it."""

    number: int
    base: str  # address of its variants
    alt: str
    made: str
    prompt: str
    width: int  # of the preview, in pixels
    height: int
    source: str  # address of the picture it was made from, or empty


def shown(link: Shown, token: str, base: str) -> bytes:
    """The page of a link that may be seen."""
    name = link.title or ("A picture" if len(link.pictures) == 1 else counted(len(link.pictures), "picture"))
    figures = [_figure(one, number, len(link.pictures), token, name) for number, one in enumerate(link.pictures, 1)]
    made = {figure.made for figure in figures}
    return rendered(
        "share.html",
        name=name,
        figures=figures,
        description=made.pop() if len(made) == 1 else "",
        address=f"{base}/s/{token}",
        origin=base,
        token=token,
        downloads=link.downloads,
        reasons=REASONS,
        longest_note=LONGEST_NOTE,
    )


def locked(token: str, error: str = "", status: int = 200) -> HTMLResponse:
    """The question for the passcode. Tells nothing about what is behind it."""
    return page(
        "share_locked.html", status=status, token=token, error=error, reasons=REASONS, longest_note=LONGEST_NOTE
    )


def told(title: str, sentence: str, token: str, status: int = 200, retry_after: int = 0) -> HTMLResponse:
    """One sentence, and the way back."""
    answer = page("share_told.html", status=status, title=title, sentence=sentence, token=token)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _figure(one: SharedPicture, number: int, total: int, token: str, name: str) -> _Figure:
    width, height = _fitted(one.picture)
    place = f"{name}, {number} of {total}" if total > 1 else name
    return _Figure(
        number=number,
        base=f"/s/{token}/{one.picture.id}",
        alt=one.prompt[:_EXCERPT] or place,
        made=_MADE[one.made_by],
        prompt=one.prompt,
        width=width,
        height=height,
        source=f"/s/{token}/{one.source.id}/preview" if one.source else "",
    )


def _fitted(picture: Picture) -> tuple[int, int]:
    """Size of the preview."""
    longest = max(picture.width, picture.height, PREVIEW)
    return max(1, round(picture.width * PREVIEW / longest)), max(1, round(picture.height * PREVIEW / longest))
