"""`python -m tests.emulators.runpod --port 8789`: for `make demo` and for tests in other processes."""

from __future__ import annotations

import argparse

from tests.emulators.runpod import RunPod, Settings
from tests.emulators.server import run


def main() -> None:
    """Serve until stopped."""
    given = argparse.ArgumentParser(description="An emulator of RunPod: endpoints `sdxl` and `comfyui`")
    given.add_argument("--port", type=int, default=8789)
    given.add_argument("--key", help="the only key that is accepted; without it, every key")
    given.add_argument("--queued", type=float, default=0.02, help="seconds in the queue")
    given.add_argument("--cold-start", type=float, default=0.0, help="seconds until the first worker is there")
    given.add_argument("--running", type=float, default=0.04, help="seconds of work")
    asked = given.parse_args()
    options = Settings(key=asked.key, queued=asked.queued, cold_start=asked.cold_start, running=asked.running)
    run(RunPod(options), asked.port, "RunPod")


if __name__ == "__main__":
    main()
