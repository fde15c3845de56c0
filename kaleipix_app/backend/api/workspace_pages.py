"""The pages of a workspace: the build's HTML with the owner's name, and the newest picture already on the stage.

Script, live connection and state follow; on a slow device they take a second in which the picture is there already.
"""

from __future__ import annotations

import gzip
import re
from functools import cache, partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.api import paths
from kaleipix_app.backend.api.built import Built
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.api.plain_pages import not_found
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.generation.history import History, Record

# components/stage.py; React leaves alone what it finds in it
_PLACE = re.compile(r'(<div [^>]*id="first-look"[^>]*>)(</div>)')
_STYLE = re.compile(r'<link href="([^"]+)" rel="stylesheet"')
_EXAMPLES = 'id="examples"'  # components/composer.py; not for those who have pictures, so that nothing moves up later
_LOOKED_AT = 4  # generations: the newest may have lost its pictures


class _WorkspacePages:
    def __init__(self, db: Database, identity: Identity, history: History) -> None:
        self._db = db
        self._identity = identity
        self._history = history
        self._template = cache(_template)

    async def get(self, room: str, request: Request) -> Response:
        """One page, for its owner alone."""
        viewer = await self._identity.require(request)
        if viewer.username != request.path_params["username"]:
            return not_found()
        page = self._template(room)
        page = page.replace(f"/w/{paths.SOMEONE}", f"/w/{viewer.username}")
        early = [f"<{style}>; rel=preload; as=style" for style in _STYLE.findall(page)]
        if _PLACE.search(page) and (record := await self._newest(viewer)):
            address = f"/media/{record.results[0].id}/preview"
            page = _with_first_look(page, record, address)
            early.append(f"<{address}>; rel=preload; as=image; fetchpriority=high")
        answer = _compressed(page) if "gzip" in request.headers.get("accept-encoding", "") else HTMLResponse(page)
        if early:
            answer.headers["Link"] = ", ".join(early)  # asked for before the page is read, and before any script
        return answer

    async def _newest(self, viewer: Viewer) -> Record | None:
        """Whose picture the stage will show first."""
        async with self._db.reading() as uow:
            made = await self._history.made(uow, viewer.user_id, limit=_LOOKED_AT)
        return next((record for record in made if record.results), None)


def routes(db: Database, identity: Identity, history: History) -> list[Route]:
    """`/w/<username>` and what lies behind it. Raises SignInNeeded, DatabaseFailed."""
    pages = _WorkspacePages(db, identity, history)
    return [Route(f"/w/{{username}}{room}", partial(pages.get, room)) for room in paths.ROOMS]


def _template(room: str) -> str:
    """As built; while developing, the shell that renders everything by script."""
    folder = Built().folder
    page = folder / "w" / f"{paths.SOMEONE}{room}.html"
    return (page if page.is_file() else folder / "__spa-fallback.html").read_text("utf-8")


def _with_first_look(page: str, record: Record, address: str) -> str:
    """The picture, and the room below it that the stage takes for words and tools."""
    picture = record.results[0]
    strip = " has-strip" if record.source_id or len(record.results) > 1 else ""
    look = (
        f'<div class="first-look{strip}" data-alone style="--shape: {picture.width} / {picture.height}">'
        f'<img src="{address}" alt="" decoding="sync" width="{picture.width}" height="{picture.height}"/></div>'
    )
    page = page.replace(_EXAMPLES, f"{_EXAMPLES} hidden", 1)
    return _PLACE.sub(lambda found: f"{found[1]}{look}{found[2]}", page, count=1)


def _compressed(page: str) -> Response:
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return HTMLResponse(gzip.compress(page.encode(), 5), headers=headers)
