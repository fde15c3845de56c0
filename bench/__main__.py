"""`python -m bench [s1 s3 …]`: measures, prints a table, writes `bench/results/<date>.json`."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, table

_ALL = {
    "s1": "s1_click",
    "s2": "s2_shown",
    "s3": "s3_in_flight",
    "s4": "s4_library",
    "s4-zip": "s4_zip",
    "s5": "s5_ingest",
    "s6": "s6_first_load",
    "s7": "s7_share",
    "s8": "s8_start",
    "s9": "s9_round_trip",
    "s10": "s10_engine",
}
_RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> None:
    """Run the chosen ones, or all."""
    if unknown := [name for name in names if name not in _ALL]:
        raise SystemExit(f"There is no {unknown[0]}. Choose from: {', '.join(_ALL)}.")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names or _ALL:
            print(f"{name} …", file=sys.stderr, flush=True)
            found: list[Figure] = import_module(f"bench.{_ALL[name]}").run(Path(folder))
            print(table(found), flush=True)
            figures += found
    _write(figures)


def _write(figures: list[Figure]) -> None:
    now = datetime.now(UTC)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    _RESULTS.mkdir(parents=True, exist_ok=True)
    path = _RESULTS / f"{now:%Y-%m-%d}.json"
    content = {"at": now.isoformat(), "machine": machine, "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(f"Written to {path}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
