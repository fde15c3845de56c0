"""Who may see `/w/<username>`, `/account…` and `/plans`: decided here, before any page is served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from kaleipix_app.backend import log
from kaleipix_app.backend.accounts.sessions import LONGEST, Sessions
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.api import paths
from kaleipix_app.backend.api.identity import Identity
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import DatabaseFailed

_log = log.get("workspace")


@dataclass(frozen=True)
class Pass:
    """The page may be served; with this cookie, if any."""

    set_cookie: str = ""  # the header's value


class WorkspaceGate:
    """Answers instead of the page, or lets it through."""

    def __init__(self, identity: Identity, db: Database, sessions: Sessions, not_found: Callable[[], Response]) -> None:
        self._identity = identity
        self._db = db
        self._sessions = sessions
        self._not_found = not_found

    async def __call__(self, connection: HTTPConnection) -> Response | Pass:
        """A name that is someone else's and one that nobody has look the same."""
        path: str = connection.scope["path"]  # connection.url would also read the Host header
        if path == "/":
            viewer = await self._identity.viewer(connection)
            return _see(home(viewer)) if viewer else Pass()
        asked = paths.SENT_ON.get(path, path)
        if asked not in paths.OWN and not asked.startswith("/w/"):
            return Pass()
        viewer = await self._identity.viewer(connection)
        if viewer is None:
            return _see(f"/login?next={quote(_with_query(connection, asked))}")
        own = paths.OWN | {f"{home(viewer)}{room}" for room in paths.ROOMS}
        if path in own:
            return await self._opened(connection, viewer)
        if asked.removesuffix("/") in own:  # one address, without the slash
            return _see(asked.removesuffix("/"))
        return self._not_found()

    async def _opened(self, connection: HTTPConnection, viewer: Viewer) -> Pass:
        """The session does not go idle, and once a day its cookie gets another secret."""
        try:
            async with self._db.unit_of_work() as uow:
                await self._sessions.seen(uow, viewer.session_id)
                secret = await self._sessions.rotate(uow, self._identity.secret(connection))
        except (SQLAlchemyError, DatabaseFailed) as error:  # a full disk must not hide the pictures that are there
            _log.error("seen_failed", reason=type(error).__name__)
            return Pass()
        return Pass(self._cookie_header(secret)) if secret else Pass()

    def _cookie_header(self, secret: str) -> str:
        cookies, answer = self._identity.cookies, Response()
        answer.set_cookie(cookies.session, secret, max_age=int(LONGEST.total_seconds()), **cookies.flags)
        return answer.headers["set-cookie"]


def home(viewer: Viewer) -> str:
    """The address of a person's studio."""
    return f"/w/{viewer.username}"


def _with_query(connection: HTTPConnection, path: str) -> str:
    query = connection.scope.get("query_string", b"").decode("latin-1")
    return f"{quote(path)}?{query}" if query else quote(path)


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
