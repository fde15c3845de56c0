"""Who is asking, for every route that needs to know."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from kaleipix_app.backend.accounts.cookies import Cookies
from kaleipix_app.backend.accounts.sessions import Sessions
from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.db.engine import Database
from kaleipix_app.backend.errors import SignInNeeded


class Identity:
    """Looks the session cookie up in the database, at every request."""

    def __init__(self, db: Database, sessions: Sessions, cookies: Cookies) -> None:
        self._db = db
        self._sessions = sessions
        self.cookies = cookies

    def secret(self, connection: HTTPConnection) -> str:
        """What the session cookie holds, or an empty string."""
        return self.cookies.read(connection.headers.get("cookie", ""), self.cookies.session)

    async def viewer(self, connection: HTTPConnection) -> Viewer | None:
        """The signed-in person, or None."""
        secret = self.secret(connection)
        if not secret:
            return None
        async with self._db.reading(short=True) as uow:
            return await self._sessions.viewer(uow, secret)

    async def require(self, connection: HTTPConnection) -> Viewer:
        """The signed-in person. Raises SignInNeeded."""
        viewer = await self.viewer(connection)
        if viewer is None:
            raise SignInNeeded
        return viewer
