"""The half-done picture of a running generation, for its owner."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.generation.feed import Previews


def routes(identity: Identity, previews: Previews) -> list[Route]:
    """`GET /api/generations/<id>/preview`: WebP, never cached; 404 when there is none or it is not the viewer's."""

    async def preview(request: Request) -> Response:
        viewer = await identity.viewer(request)
        data = previews.get(request.path_params["generation_id"], viewer.user_id) if viewer else None
        if data is None:
            raise NotFound
        return Response(data, media_type="image/webp", headers={"Cache-Control": "no-store"})

    return [Route("/api/generations/{generation_id}/preview", preview, methods=["GET"])]
