"""`make demo`: the studio with every provider emulated on this machine, and two people who have an account already.

Nothing of it leaves the machine, and its data lie apart from those of `make run`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from kaleipix_app.backend.container import Container
from kaleipix_app.backend.db.migrate import upgrade
from kaleipix_app.backend.settings import load
from tests.emulators import fal, runpod
from tests.emulators.server import in_thread
from tests.factories import a_person

DATA_DIR = Path(".data/demo")
PEOPLE = ("ann", "bob")
CREDITS = 500
ENDPOINTS = {"sdxl": "sdxl", "comfy-portrait": "comfyui", "comfy-restyle": "comfyui", "comfy-flux-schnell": "comfyui"}


def environment(fal_url: str, runpod_url: str) -> dict[str, str]:
    """The settings that point the studio at the emulators."""
    return {
        "KALEIPIX_DATA_DIR": os.environ.get("KALEIPIX_DATA_DIR", str(DATA_DIR)),
        "FAL_KEY": "demo:key",
        "KALEIPIX_FAL_QUEUE_URL": fal_url,
        "KALEIPIX_FAL_REST_URL": fal_url,
        "KALEIPIX_FAL_CDN_URL": fal_url,
        "RUNPOD_API_KEY": "demo-key",
        "KALEIPIX_RUNPOD_URL": f"{runpod_url}/v2",
        "KALEIPIX_RUNPOD_ENDPOINTS": ",".join(f"{model}={endpoint}" for model, endpoint in ENDPOINTS.items()),
    }


async def people() -> None:
    """Two accounts with credits, made once."""
    settings = load()
    await upgrade(settings.database_url)
    parts = Container(settings)
    async with parts.db.unit_of_work() as uow:
        for name in PEOPLE:
            if await parts.ledger.balance(uow, f"id-of-{name}") == 0:
                await a_person(uow, name, parts.clock.now())
                await parts.ledger.grant(uow, f"id-of-{name}", CREDITS, "demo")
    await parts.db.close()


def main() -> int:
    """Serve until stopped; the seconds make the emulated machines look like real ones."""
    quick = fal.Settings(queued=0.6, running=2.5)
    cold = runpod.Settings(queued=0.5, cold_start=3.0, running=2.5)
    with in_thread(fal.Fal(quick)) as fal_url, in_thread(runpod.RunPod(cold)) as runpod_url:
        os.environ.update(environment(fal_url, runpod_url))
        asyncio.run(people())
        addresses = " and ".join(f"{name}@example.com" for name in PEOPLE)
        print(f"Emulated: fal.ai and RunPod. Sign in as {addresses}; the codes appear below.", flush=True)
        studio = subprocess.Popen([sys.executable, "-m", "kaleipix_app", "serve"])

        def stop(number: int, _frame: FrameType | None) -> None:
            studio.send_signal(number)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the studio by itself
        return studio.wait()


if __name__ == "__main__":
    sys.exit(main())
