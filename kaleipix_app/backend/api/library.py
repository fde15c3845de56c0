"""`GET /api/library.zip?selection=…`: the selected pictures as one archive, for the browser of their owner."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.clock import Clock
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.library import takeaway
from kaleipix_app.backend.generation.library.selections import Selections
from kaleipix_app.backend.generation.library.service import Library
from kaleipix_app.backend.media.archive import CONTENT_TYPE, archive
from kaleipix_app.backend.media.storage import Storage


def routes(
    identity: Identity,
    library: Library,
    selections: Selections,
    storage: Storage,
    clock: Clock,
) -> list[Route]:
    """The archive. Nobody and strangers get the same 404."""

    async def get(request: Request) -> Response:
        viewer = await identity.viewer(request)
        try:
            if viewer is None:
                raise NotFound
            selection = selections.get(request.query_params.get("selection", ""), viewer.user_id)
        except NotFound:
            return PlainTextResponse("Not found", 404, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="kaleipix-{clock.now():%Y-%m-%d}.zip"',
        }
        entries = takeaway.entries(library, viewer.user_id, selection)
        return StreamingResponse(archive(storage, entries), media_type=CONTENT_TYPE, headers=headers)

    return [Route("/api/library.zip", get, methods=["GET"])]
