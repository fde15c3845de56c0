"""The front end is built once per version of the source and then served as files.

Every finished build lies in a folder of its own, named by the fingerprint of its source and put there by one
rename: a server that is running keeps the files it started with while the next version is being built.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kaleipix_app.commands.late_script import UnknownPage, hold_back

WEB = Path(".web")  # Reflex' own folder: it empties it when it likes
PUBLISHED = Path(".build")
LOG = PUBLISHED / "build.log"
_KEPT = 2  # the new one, and the one a running server may still use
_FILES = ("rxconfig.py", "requirements.txt")


class BuildFailed(Exception):
    """The front end could not be built; the message says where the log is."""


def fingerprint(root: Path) -> str:
    """A digest of everything that the built front end depends on."""
    return _digest(root, _code(root), (root / "reflex.lock").rglob("*"))


def _code(root: Path) -> Iterator[Path]:
    yield from (root / name for name in _FILES)
    yield from (path for path in (root / "kaleipix_app").rglob("*.py") if "migrations" not in path.parts)
    # assets/external is made by the build itself
    yield from (path for path in (root / "assets").rglob("*") if root / "assets/external" not in path.parents)


def _digest(root: Path, *groups: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for group in groups for path in group if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def ensure_built(root: Path) -> Path:
    """The folder of the build of this very source, made now if there is none. Raises BuildFailed."""
    if (published := root / PUBLISHED / fingerprint(root)).is_dir():
        return published
    (root / PUBLISHED).mkdir(exist_ok=True)
    (root / PUBLISHED / ".gitignore").write_text("*\n")
    with _only_one(root):
        if (published := root / PUBLISHED / fingerprint(root)).is_dir():
            return published  # another start has built it while this one waited
        print("Building the front end (once per version, about 20 s) …", flush=True)
        before = _digest(root, _code(root))
        _export(root)
        if _digest(root, _code(root)) != before:
            raise BuildFailed("The source changed while it was being built. Please start again.")
        return _publish(root)


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Two starts at once build once. The lock ends with its process, also when that is killed."""
    with (root / PUBLISHED / "build.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _export(root: Path) -> None:
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    with (root / LOG).open("wb") as log:
        done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
    if done.returncode != 0 or not (root / WEB / "build" / "client" / "index.html").is_file():
        raise BuildFailed(f"The front end could not be built. The log is in {LOG}.")


def _publish(root: Path) -> Path:
    """Copy what serving needs to its own folder, and forget builds that nobody can be using.

    The name is taken after the build, because npm may have completed `reflex.lock`.
    """
    target = root / PUBLISHED / fingerprint(root)
    if target.is_dir():  # npm has put `reflex.lock` back to how it was at an earlier build
        return target
    draft = target.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(root / WEB / "build" / "client", draft / "build" / "client")
    try:
        hold_back(draft / "build" / "client")
    except UnknownPage as error:
        raise BuildFailed(str(error)) from error
    shutil.copytree(root / WEB / "backend", draft / "backend")  # which pages make states
    draft.rename(target)
    builds = sorted((root / PUBLISHED).glob("*/"), key=lambda path: path.stat().st_mtime)
    for old in builds[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return target
