"""A studio that also offers fal's models, of the emulator."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.studio_server import StudioServer
from tests.emulators.fal import Fal, Settings
from tests.emulators.server import in_thread


@contextlib.contextmanager
def remote_studio(folder: Path) -> Iterator[StudioServer]:
    """Started and stopped with its emulator, which takes a moment for each picture, so that it can be watched."""
    with in_thread(Fal(Settings(running=0.3))) as url:
        settings = {f"KALEIPIX_FAL_{part}_URL": url for part in ("QUEUE", "REST", "CDN")}
        studio = StudioServer(folder / "data").start(FAL_KEY="id:secret", **settings)
        try:
            yield studio
        finally:
            studio.stop()
