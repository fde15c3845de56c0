"""S8: start with a front end that is built, and memory when idle, beside the least server there can be."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench import servers
from bench.figures import Figure, median

_RUNS, _SETTLE = 5, 3.0  # seconds until what a start does afterwards is over
_SECONDS, _MEMORY = 2.0, 150.0


def run(folder: Path) -> list[Figure]:
    """Studio and bare in turn."""
    granian = [sys.executable, "-m", "granian", "--interface", "asgi", "bench.bare:app", "--port"]
    log = folder / "s8.log"
    servers.studio(folder / "s8", log).stop()  # builds and migrates, if that is still to be done
    taken: dict[str, list[tuple[float, float]]] = {"studio": [], "bare": []}
    for _ in range(_RUNS):
        for name in taken:
            server = (
                servers.studio(folder / "s8", log)
                if name == "studio"
                else servers.start(lambda port: [*granian, str(port)], log)
            )
            time.sleep(_SETTLE)
            taken[name].append((server.seconds, server.pss()))
            server.stop()
    start = {name: median([seconds for seconds, _ in runs]) for name, runs in taken.items()}
    memory = {name: median([pss for _, pss in runs]) for name, runs in taken.items()}
    return [
        Figure("S8", "start, studio", start["studio"], "s", f"<= {_SECONDS:.0f} s", start["studio"] <= _SECONDS),
        Figure("S8", "start, bare", start["bare"], "s"),
        Figure("S8", "idle, studio", memory["studio"], "MiB", f"<= {_MEMORY:.0f} MiB", memory["studio"] <= _MEMORY),
        Figure("S8", "idle, bare", memory["bare"], "MiB"),
    ]
