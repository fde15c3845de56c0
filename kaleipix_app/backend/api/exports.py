"""`/api/exports/<id>`: the copy of one's data, for its person alone and for a day."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.privacy.exports import Exports


def routes(db: Database, identity: Identity, exports: Exports) -> list[Route]:
    """Whatever is not to be seen looks the same: 404."""

    async def download(request: Request) -> Response:
        try:
            viewer = await identity.viewer(request)
            if viewer is None:
                raise NotFound
            async with db.reading() as uow:
                path = await exports.file(uow, viewer, request.path_params["export_id"])
        except NotFound:
            return PlainTextResponse("Not found", 404, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
        headers = {"Cache-Control": "no-store", "Vary": "Cookie"}
        name = f"kaleipix-{viewer.username}.zip"
        return FileResponse(path, media_type="application/zip", filename=name, headers=headers)

    return [Route("/api/exports/{export_id}", download, methods=["GET"])]
