"""How PostgreSQL is spoken to. Nothing above `db` knows which database it has."""

from __future__ import annotations

from typing import Any

from psycopg.types.string import StrDumper
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DEFAULTS = {"connect_timeout": "5", "application_name": "kaleipix"}  # the URL may say otherwise
POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 10}
SESSION = (
    "SET TIME ZONE 'UTC'",  # times come back in the zone of the session
    "SET lock_timeout = '10s'",  # as long as SQLite waits
    "SET idle_in_transaction_session_timeout = '60s'",  # a process that hangs must not keep its locks
)


def make_engine(url: str) -> AsyncEngine:
    """READ COMMITTED, because a statement that waited for a lock must see what its holder wrote."""
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # after a restart of the server the first request finds a new connection
        hide_parameters=True,
        **POOL,
        connect_args={name: value for name, value in _DEFAULTS.items() if name not in make_url(url).query},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.driver_connection.adapters.register_dumper(str, _WithoutNul)
        cursor = connection.cursor()
        for statement in SESSION:
            cursor.execute(statement)
        cursor.close()
        connection.commit()  # what is SET in a transaction goes with its rollback

    event.listen(engine.sync_engine, "handle_error", _without_data)
    return engine


class _WithoutNul(StrDumper):
    """PostgreSQL has no NUL in texts, but a browser may send one: as an id it finds nothing, as text it is a U+FFFD."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


def _without_data(context: ExceptionContext) -> None:
    """Keep the first line of an error: the second names the values of the row, an address for example."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)
