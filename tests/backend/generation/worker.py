"""A process that works off the queue, to be killed: `python -m tests.backend.generation.worker DATA_DIR [CLICKS]`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlmodel import func, select

from kaleipix_app.backend.accounts.viewer import Viewer
from kaleipix_app.backend.container import Container
from kaleipix_app.backend.generation.models import Generation
from kaleipix_app.backend.generation.request import Draft
from kaleipix_app.backend.settings import Settings

_PEOPLE = 8
_BETWEEN = 0.01  # seconds between two clicks


async def work(data_dir: Path, clicks: int) -> None:
    """Until it is killed; says when it has begun. Also asks for what is missing to so many generations."""
    parts = Container(Settings(data_dir=data_dir))
    async with parts.running():
        print("working", flush=True)
        for n in range(await _asked(parts), clicks):
            viewer = Viewer(f"id-of-person{n % _PEOPLE}", "", "", False, "")
            async with parts.db.unit_of_work(short=True) as uow:
                await parts.generations.request(uow, viewer, Draft("flux-schnell", f"number {n}.", "1:1", 1 + n % 2))
            await asyncio.sleep(_BETWEEN)
        await asyncio.Event().wait()


async def _asked(parts: Container) -> int:
    async with parts.db.reading() as uow:
        return int((await uow.session.exec(select(func.count()).select_from(Generation))).one())


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
