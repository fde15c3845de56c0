"""Files that depend on the settings, answered before the static files of the build."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kaleipix_app.backend.api.built import Built
from kaleipix_app.backend.api.plain_pages import not_found
from kaleipix_app.backend.settings import Settings

_BAKED = "http://localhost:3000", "ws://localhost:3000"  # rxconfig.py builds with these
_HASH = re.compile(r"[\w-]+", re.ASCII)
# Not /s/: chats must read a shared page to show its picture, and search engines to learn that it is noindex.
_ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /media/\nDisallow: /w/\n"


def routes(settings: Settings) -> list[Route]:
    """The address that pages connect to, and what crawlers may read."""
    built = Built()
    real = settings.url, "ws" + settings.url.removeprefix("http")

    async def environment(request: Request) -> Response:
        """Reflex bakes the server's address into this one file; here it becomes the one from the settings."""
        name = request.path_params["hash"]
        path = built.folder / "assets" / f"reflex-env-{name}.js"
        if not _HASH.fullmatch(name) or not path.is_file():
            return not_found()
        text = path.read_text("utf-8")
        for baked, address in zip(_BAKED, real, strict=True):
            text = text.replace(baked, address)
        return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-store"})

    async def robots(_request: Request) -> Response:
        return PlainTextResponse(_ROBOTS)

    return [
        Route("/assets/reflex-env-{hash}.js", environment),
        Route("/robots.txt", robots),
    ]
