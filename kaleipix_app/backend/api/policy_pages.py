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
    """One page a document; `?version=2` shows an earlier one."""

    async def show(request: Request) -> Response:
        document = request.scope["path"].removeprefix("/")
        version = request.query_params.get("version", "")
        try:
            number = int(version) if version.isascii() and version.isdigit() and len(version) < 7 else None
            found = await policies.shown(document, number if version else None)
            if version and number is None:
                raise NotFound
        except NotFound:
            return plain_pages.not_found()
        # The body was escaped when it was rendered from our own template.
        return plain_pages.page("policy.html", document=document, policy=found, body=Markup(found.body))  # noqa: S704

    return [Route(f"/{document}", show, methods=["GET"]) for document in DOCUMENTS]
