"""`/privacy`, `/terms`, `/cookies`: the published texts, complete without JavaScript."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaleipix_app.backend.api import plain_pages
from kaleipix_app.backend.errors import NotFound
from kaleipix_app.backend.privacy.policy import DOCUMENTS, Policies


def routes(policies: Policies) -> list[Route]:
    """One page a document; `?version=2` shows any version, `&since=1` what is different in it."""

    async def show(request: Request) -> Response:
        document = request.scope["path"].removeprefix("/")
        try:
            found = await policies.shown(document, _number(request, "version"), _number(request, "since"))
        except NotFound:
            return plain_pages.not_found()
        # The body was escaped when it was rendered from our own template.
        return plain_pages.page("policy.html", document=document, policy=found, body=Markup(found.body))  # noqa: S704

    return [Route(f"/{document}", show, methods=["GET"]) for document in DOCUMENTS]


def _number(request: Request, name: str) -> int | None:
    """Which version; None if none is named. Raises NotFound."""
    text = request.query_params.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 7):
        raise NotFound
    return int(text) if text else None
