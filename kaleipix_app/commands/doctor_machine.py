"""The doctor's look at the machine: data directory, disk, key, clock, decoders."""

from __future__ import annotations

import shutil
import stat
import tempfile
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image, features

from kaleipix_app.backend.errors import KaleipixError
from kaleipix_app.backend.media.decode import Deadline, decode
from kaleipix_app.backend.settings import SHORTEST_KEY, Settings
from kaleipix_app.commands.findings import START, Finding, fine, to_do

_ROOM = 1024**3  # bytes: some hundred generations, or an afternoon of uploads
_RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows an earlier time
_ADRIFT = 300  # seconds that files may lie in the future, which network disks make them do


def examine(settings: Settings) -> list[Finding]:
    """Everything that needs no service of the house."""
    return [_data_dir(settings.data_dir), _disk(settings.data_dir), _key(settings), _clock(settings), _decoders()]


def _data_dir(folder: Path) -> Finding:
    what = "data directory"
    if not folder.is_dir():
        return to_do(what, f"{folder} does not exist. {START}", ground=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return to_do(what, f"{folder} cannot be written ({error.strerror}). Give it to the studio's user.", ground=True)
    if folder.stat().st_mode & 0o077:
        return to_do(what, f"Others on this machine can look into {folder}. Run: chmod 700 {folder}")
    return fine(what, f"{folder} can be written, by its owner alone.", ground=True)


def _disk(folder: Path) -> Finding:
    place = next((path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    if free < _ROOM:
        return to_do("disk", f"Only {free // 1024**2} MB are free. Make room: below 1 GB uploads soon fail.")
    return fine("disk", f"{free / 1024**3:.1f} GB are free.")


def _key(settings: Settings) -> Finding:
    what = "secret key"
    if settings.secret_key is not None:
        return fine(what, "It comes from KALEIPIX_SECRET_KEY.", ground=True)
    path = settings.data_dir / "secret.key"
    if not path.is_file():
        return to_do(what, f"{path} does not exist. {START}", ground=True)
    try:
        length = len(path.read_text().strip())
    except (OSError, UnicodeDecodeError):
        length = 0
    if length < SHORTEST_KEY:
        return to_do(what, f"{path} cannot be read or is cut off. Restore it from a backup.", ground=True)
    if (mode := stat.S_IMODE(path.stat().st_mode)) != 0o600:
        return to_do(what, f"{path} has mode {mode:04o}. Run: chmod 600 {path}")
    return fine(what, f"{path} can be read by its owner alone.", ground=True)


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    if now < _RELEASED:
        return to_do("clock", f"It shows {now:%Y-%m-%d}, which is past. Set it, and keep it right with NTP.")
    written = [path.stat().st_mtime for path in settings.data_dir.glob("*.db*")]
    if max(written, default=0.0) > time.time() + _ADRIFT:
        return to_do(
            "clock", "The database was written in the future, so the clock is slow. Set it, and keep it right."
        )
    return fine("clock", f"It shows {now:%Y-%m-%d %H:%M} UTC.")


def _decoders() -> Finding:
    missing = [name for name, works in (("AVIF", _reads_avif()), ("HEIC", _reads_heic())) if not works]
    if missing:
        return to_do("pictures", f"{' and '.join(missing)} cannot be read. Install again: make clean, then make run.")
    return fine("pictures", "JPEG, PNG, WebP, GIF, AVIF and HEIC can be read.")


def _reads_avif() -> bool:
    return bool(features.check("avif")) and _reads("AVIF")


def _reads_heic() -> bool:
    pillow_heif.register_heif_opener()
    # A build without an encoder can still read; it is then taken at its word.
    return bool(pillow_heif.libheif_info()["decoders"]) and ("HEIF" not in Image.SAVE or _reads("HEIF"))


def _reads(format: str) -> bool:
    """Whether a small picture survives the way there and back."""
    buffer = BytesIO()
    try:
        Image.new("RGB", (64, 64), "teal").save(buffer, format)
        return decode(buffer.getvalue(), Deadline(10)).pixels.size == (64, 64)
    except (KaleipixError, OSError, ValueError, RuntimeError):
        return False
