"""What is served of the house: every route, made of its parts, and the layers around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.types import ASGIApp

from kaleipix_app.backend.api import (
    answers,
    exports,
    fal_webhook,
    frontend,
    health,
    library,
    media,
    plain_pages,
    policy_pages,
    previews,
    runpod_webhook,
    session,
    shares,
    uploads,
    workspace_pages,
)
from kaleipix_app.backend.api import metrics as metrics_route
from kaleipix_app.backend.api.built import Built
from kaleipix_app.backend.api.guard import Guard
from kaleipix_app.backend.api.headers import Headers
from kaleipix_app.backend.api.share_lane import ShareLane
from kaleipix_app.backend.api.workspace import WorkspaceGate
from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.providers.fal.webhooks import Webhooks

if TYPE_CHECKING:
    from kaleipix_app.backend.container import Container


def api_app(parts: Container) -> Starlette:
    """Every route of our own; they win over the pages."""
    return Starlette(
        routes=[
            *shares.routes(
                parts.db,
                parts.sharing,
                parts.images,
                parts.storage,
                parts.limiter,
                parts.networks,
                parts.cookies,
                parts.settings.url,
            ),
            *health.routes(parts.db, parts.storage, parts.queue_moves),
            *metrics_route.routes(parts.figures, parts.cleanups, parts.inbox, parts.sharing.tickets, parts.networks),
            *frontend.routes(parts.settings),
            *workspace_pages.routes(parts.db, parts.identity, parts.history),
            *policy_pages.routes(parts.policies),
            *session.routes(
                parts.db,
                parts.signin,
                parts.sessions,
                parts.cookies,
                parts.guesses,
                parts.networks,
            ),
            *uploads.routes(parts.db, parts.identity, parts.images, parts.masks, parts.settings.data_dir),
            *media.routes(parts.db, parts.identity, parts.images, parts.storage),
            *exports.routes(parts.db, parts.identity, parts.exports),
            *library.routes(parts.identity, parts.library, parts.selections, parts.storage, parts.clock),
            *previews.routes(parts.identity, parts.previews),
            *fal_webhook.routes(
                Webhooks(parts.outgoing, parts.settings.fal_rest_url) if "fal" in parts.providers else None,
                parts.callbacks.called,
                parts.callbacks.is_ours,
            ),
            *runpod_webhook.routes("runpod" in parts.providers, parts.callbacks.called, parts.callbacks.is_ours),
        ],
        exception_handlers={KaleipixError: answers.expected, Exception: answers.unexpected},
    )


def guard(parts: Container, app: ASGIApp) -> Guard:
    """The outermost layer around everything."""
    gate = WorkspaceGate(parts.identity, parts.db, parts.sessions, plain_pages.not_found)
    return Guard(app, parts.settings, gate)


def share_lane(parts: Container, app: ASGIApp) -> ShareLane:
    """Around all that is served: what many open at once."""
    return ShareLane(app, parts.sharing, parts.limiter, parts.networks, parts.cookies, Headers(parts.settings, Built()))
