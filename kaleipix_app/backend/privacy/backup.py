"""A copy of the whole installation in one file, made while it runs, and the way back.

First the database, then the pictures: every row of the copy has its picture, and what is made meanwhile is left out.
Signals against abuse and the keys of their hashes are left out too: copies that are kept would keep them too long.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from kaleipix_app.backend.abuse.models import Signal, SignalKey
from kaleipix_app.backend.errors import BadInput, Conflict
from kaleipix_app.backend.settings import Settings

DATABASE, PICTURES, ERASED, KEY = "kaleipix.db", "media", "erased.txt", "secret.key"
_LEFT_OUT = {str(Signal.__tablename__), str(SignalKey.__tablename__)}


def backup(settings: Settings, out: Path) -> int:
    """Write the copy; returns its size. Raises Conflict."""
    database = _database(settings)
    if out.exists():
        raise Conflict(f"{out} exists already. Choose another name.")
    if not database.is_file():
        raise Conflict("There is no database yet, so there is nothing to back up.")
    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".kaleipix-") as folder:
            draft, snapshot = Path(folder) / "backup.tar", Path(folder) / DATABASE
            _snapshot(database, snapshot)
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                _pack(settings, snapshot, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(out)
    except OSError as error:
        raise Conflict(f"The backup could not be written: {error.strerror}.") from error
    return out.stat().st_size


@contextmanager
def restored(settings: Settings, file: Path) -> Iterator[None]:
    """Put what is in the copy in the place of what is here; if anything in the block fails, all is as it was.

    The list of erased people is added to, never replaced. Raises Conflict (the studio is running), BadInput.
    """
    database = _database(settings)
    with _alone(settings), tempfile.TemporaryDirectory(dir=settings.data_dir, prefix="restore-") as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        _unpack(file, new)
        old.mkdir()
        places = [
            (database, new / DATABASE, old / DATABASE),
            *((_beside(database, end), new / f"none{end}", old / f"{DATABASE}{end}") for end in ("-wal", "-shm")),
            (settings.media_dir, new / PICTURES, old / PICTURES),
        ]
        (new / PICTURES).mkdir(exist_ok=True)
        for place, fresh, kept in places:
            _move(place, kept)
            _move(fresh, place)
        _add_erased(new / ERASED, settings.data_dir / ERASED)
        if settings.secret_key is None and not (settings.data_dir / KEY).exists():
            _move(new / KEY, settings.data_dir / KEY)
        try:
            yield
        except BaseException:
            for place, _, kept in places:
                _remove(place)
                _move(kept, place)
            raise


def _database(settings: Settings) -> Path:
    if settings.is_on_postgresql:
        raise Conflict(
            "With PostgreSQL use its own tools (pg_dump --exclude-table-data='signal*', pg_restore), "
            "and copy the data directory."
        )
    return Path(str(make_url(settings.database_url).database))


def _snapshot(database: Path, to: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        target.execute("PRAGMA secure_delete=ON")  # or the bytes of what is left out would stay in it
        there = {name for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in there & _LEFT_OUT:  # a database that was not migrated yet has none of them
            target.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own
        target.commit()


def _pack(settings: Settings, snapshot: Path, file: object) -> None:
    with tarfile.open(fileobj=file, mode="w") as archive:  # type: ignore[call-overload]
        archive.add(snapshot, DATABASE)
        for name in (ERASED, KEY):
            if (settings.data_dir / name).is_file():
                archive.add(settings.data_dir / name, name)
        for path in sorted(settings.media_dir.rglob("*")):
            try:
                if path.is_file():
                    archive.add(path, f"{PICTURES}/{path.relative_to(settings.media_dir)}", recursive=False)
            except FileNotFoundError:  # deleted meanwhile
                continue


def _unpack(file: Path, to: Path) -> None:
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                parts = member.name.split("/")
                content = archive.extractfile(member) if member.isfile() else None
                if content is None or ".." in parts or parts[0] not in (DATABASE, PICTURES, ERASED, KEY):
                    raise BadInput(f"{file} is not a backup of Kaleipix.")
                path = to.joinpath(*parts)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
                    shutil.copyfileobj(content, copy)
                os.utime(path, (member.mtime, member.mtime))
        with closing(sqlite3.connect(to / DATABASE)) as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0]
    except (OSError, tarfile.TarError, sqlite3.DatabaseError) as error:
        raise BadInput(f"{file} cannot be read as a backup of Kaleipix.") from error
    if sound != "ok":
        raise BadInput(f"The database in {file} is damaged.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """The lock that a running studio holds. Raises Conflict."""
    with (settings.data_dir / "schedule.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("The studio is running. Stop it first.") from error
        yield


def _add_erased(given: Path, ours: Path) -> None:
    known = ours.read_text().splitlines() if ours.exists() else []
    more = [line for line in (given.read_text().splitlines() if given.exists() else []) if line not in known]
    if more:
        with os.fdopen(os.open(ours, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600), "a") as file:
            file.writelines(f"{line}\n" for line in more)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _move(path: Path, to: Path) -> None:
    if path.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, to)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
