"""Who may see `/w/<username>`: decided here, before any page is served."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from kaleipix_app.backend import log
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database

_log = log.get("workspace")


class WorkspaceGate:
    """Answers instead of the page, or lets it through."""

    def __init__(self, identity: Identity, db: Database, sessions: Sessions, not_found: Callable[[], Response]) -> None:
        self._identity = identity
        self._db = db
        self._sessions = sessions
        self._not_found = not_found

    async def __call__(self, connection: HTTPConnection) -> Response | None:
        """None lets the page through. A name that is someone else's and one that nobody has look the same."""
        path: str = connection.scope["path"]  # connection.url would also read the Host header
        if path == "/":
            viewer = await self._identity.viewer(connection)
            return _see(home(viewer)) if viewer else None
        if not path.startswith("/w/"):
            return None
        viewer = await self._identity.viewer(connection)
        if viewer is None:
            return _see(f"/login?next={quote(_asked(connection))}")
        if path == home(viewer):
            await self._seen(viewer)
            return None
        if path == f"{home(viewer)}/":  # one address, without the slash
            return _see(home(viewer))
        return self._not_found()

    async def _seen(self, viewer: Viewer) -> None:
        try:
            async with self._db.unit_of_work() as uow:
                await self._sessions.seen(uow, viewer.session_id)
        except SQLAlchemyError as error:  # a full disk must not hide the pictures that are there
            _log.error("seen_failed", reason=type(error).__name__)


def home(viewer: Viewer) -> str:
    """The address of a person's studio."""
    return f"/w/{viewer.username}"


def _asked(connection: HTTPConnection) -> str:
    path, query = quote(connection.scope["path"]), connection.scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
