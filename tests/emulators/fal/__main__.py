"""`python -m tests.emulators.fal --port 8788`: for `make demo` and for tests in other processes."""

from __future__ import annotations

import argparse
from itertools import cycle

from tests.emulators import pictures
from tests.emulators.fal import Fal, Settings
from tests.emulators.server import run


def main() -> None:
    """Serve until stopped; the seconds make a demonstration look alive."""
    given = argparse.ArgumentParser(description="An emulator of fal.ai")
    given.add_argument("--port", type=int, default=8788)
    given.add_argument("--key", help="the only key that is accepted; without it, every key")
    given.add_argument("--queued", type=float, default=0.02, help="seconds in the queue")
    given.add_argument("--running", type=float, default=0.04, help="seconds of work")
    given.add_argument("--concurrency", type=int, help="how many jobs run at once; without it, all")
    given.add_argument("--prepared", type=int, help="every result is the same PNG, so many pixels wide and high")
    asked = given.parse_args()
    options = Settings(key=asked.key, queued=asked.queued, running=asked.running, concurrency=asked.concurrency)
    if asked.prepared:
        size = asked.prepared, asked.prepared
        options.prepared = cycle([pictures.encode(pictures.paint("prepared", 1, 0, size), "png")])
    run(Fal(options), asked.port, "fal.ai")


if __name__ == "__main__":
    main()
