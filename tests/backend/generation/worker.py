"""A process that only works off the queue, to be killed: `python -m tests.backend.generation.worker DATA_DIR`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.settings import Settings


async def work(data_dir: Path) -> None:
    """Until it is killed; says when it has begun."""
    parts = Container(Settings(data_dir=data_dir))
    async with parts.running():
        print("working", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
