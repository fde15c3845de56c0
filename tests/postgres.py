"""A PostgreSQL server of the tests' own: in a folder of its own, on a Unix socket, gone with whoever uses it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from kaleipix_app.backend import tables
from kaleipix_app.backend.db import migrate

# Quick, because nothing here outlives the server.
_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=32MB"
# The shell waits in `cat` until its input is closed: by `stop`, or by the end of the tests, however that comes.
_SCRIPT = f"""
"$1/initdb" -D "$2/data" -U kaleipix -A trust -E UTF8 --locale=C --no-sync >&2 &&
    "$1/pg_ctl" start -D "$2/data" -l "$2/server.log" -t 100 -o "-k '$2' -h '' {_OPTIONS}" >&2 && {{
    echo ready
    cat
    "$1/pg_ctl" stop -D "$2/data" -m immediate >&2
}} || cat "$2/server.log" >&2
rm -rf "$2"
"""


def programs() -> Path:
    """The folder with PostgreSQL's programs; `make test` installs them where it can."""
    if given := os.environ.get("POSTGRES_BIN"):
        return Path(given)
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)):
        return debian[-1]
    if on_path := shutil.which("postgres"):
        return Path(on_path).parent
    raise AssertionError(
        "No PostgreSQL found. Install it, set POSTGRES_BIN to the folder of its programs, "
        "or leave its tests out with DATABASES=sqlite."
    )


class PostgresServer:
    """Runs from when it is made. Its first database has all tables, by the migrations."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kaleipix-pg-", dir="/tmp"))  # a socket's path has to be short
        self._numbers = count()
        self._process = subprocess.Popen(
            ["sh", "-c", _SCRIPT, "sh", programs(), self._folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            start_new_session=True,  # Ctrl-C ends the tests first
            **self._anybody_but_root(),
        )
        self._wait()
        self.url = self.new_database()
        with ThreadPoolExecutor(1) as thread:  # this one may have a loop of its own
            thread.submit(asyncio.run, migrate.upgrade(self.url)).result()

    def new_database(self) -> str:
        """A database without any table; its URL."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://kaleipix@/{name}?host={self._folder}"

    def empty(self) -> None:
        """Forget all rows of the first database: much quicker than a new one."""
        deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(tables.metadata.sorted_tables))
        self._execute(f"SET lock_timeout = '5s'; {deletes}", database="test_0")

    def stop(self) -> None:
        """Stop it; its folder goes too."""
        self._process.communicate(timeout=60)

    def _execute(self, sql: str, database: str = "postgres") -> None:
        with psycopg.connect(host=str(self._folder), user="kaleipix", dbname=database, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _anybody_but_root(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        shutil.chown(self._folder, "nobody")
        return {"user": "nobody", "extra_groups": []}

    def _wait(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            said = self._process.communicate(timeout=60)[1].decode(errors="replace")
            raise AssertionError(f"PostgreSQL did not start. It said: {said[-2000:]}")
